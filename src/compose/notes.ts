import type { Finding, Path } from '../model/path';
import type { Key } from './keys';

/** What is found on the way through a compose model. Paths begin at the top of the file: `services.web.ports`. */
export class Notes {
  readonly problems: Finding[] = [];
  /** What has another effect than it says, or none: no reason not to go on, but it must be known. */
  readonly told: Finding[] = [];

  refuse(path: Path, message: string): void {
    this.problems.push({ path, message });
  }
  tell(path: Path, message: string): void {
    this.told.push({ path, message });
  }

  /** Holds the keys of a part of the model against the table of what becomes of them. */
  checkKeys(table: Key[], path: Path, part: object): void {
    for (const [key, value] of Object.entries(part)) {
      if (key.startsWith('x-') || isNothing(value)) continue;
      const entry = table.find((one) => one.key === key);
      if (!entry)
        this.refuse([...path, key], 'is a key that this version of windlass does not know. Remove it for releases');
      else if (entry.does === 'refused') this.refuse([...path, key], `cannot be released: ${entry.how}`);
      else if (entry.told) this.tell([...path, key], entry.how!);
    }
  }
}

/** Compose prints some keys that nobody wrote: `placement: {}`, `command: null`. */
const isNothing = (value: unknown) =>
  value === null || value === undefined || (typeof value === 'object' && Object.keys(value).length === 0);
