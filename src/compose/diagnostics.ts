import type { Finding, Path } from '../model/text/path';
import type { Answers, FindingSink, ComposeSection } from './answers/answers';

/** Collects what is found in a compose model. Paths begin at the top of the file: `services.web.ports`. */
export class Diagnostics implements FindingSink {
  readonly problems: Finding[] = [];
  readonly told: Finding[] = [];

  /** What is refused whatever its value is, so that a value of it is no second problem. */
  private readonly refusedKeys = new Set<string>();

  constructor(readonly answers: Answers) {}

  refuse(path: Path, message: string): void {
    if (!this.refusedKeys.has(path.join('.'))) this.problems.push({ path, message });
  }
  tell(path: Path, message: string): void {
    if (!this.refusedKeys.has(path.join('.'))) this.told.push({ path, message });
  }

  private refuseKey(path: Path, message: string): void {
    this.refuse(path, message);
    this.refusedKeys.add(path.join('.'));
  }

  checkKeys(kind: ComposeSection, path: Path, part: object): void {
    for (const [key, value] of Object.entries(part)) {
      if (key.startsWith('x-') || isNothing(value)) continue;
      const entry = this.answers[kind].find((one) => one.key === key);
      if (!entry) this.refuse([...path, key], 'is a key this version of windlass does not know. Remove it');
      else if (entry.does === 'refused') this.refuseKey([...path, key], `cannot be released: ${entry.how}`);
      else if (entry.told) this.tell([...path, key], entry.how!);
    }
  }
}

const isNothing = (value: unknown) =>
  value === null || value === undefined || (typeof value === 'object' && Object.keys(value).length === 0);
