import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../find/cache';
import { withLock } from './lock';
import { inOneLine } from '../find/missing';
import { identify, isAlive, type ProcessId } from './processes';
import { undo, type Made } from './undo';

/** What is on record about a run: who it is, and what it made, oldest first. */
interface Recorded {
  owner: ProcessId;
  made: Made[];
}

/**
 * One run of the parts. Whatever it makes is recorded in a file, so that it can be undone by this process at its end,
 * or by the next run when this process was killed.
 */
export class Run {
  private made: Made[] = [];
  private undoing = Promise.resolve();
  private readonly file = join(runsFolder(), `${process.pid}-${randomBytes(4).toString('hex')}.json`);
  private readonly owner = identify(process.pid)!;

  /** `dir` is the folder of this run; it is removed with everything else. */
  constructor(readonly dir: string) {
    this.record({ kind: 'folder', path: dir });
    mkdirSync(dir, { recursive: true });
  }

  /** Remembers something that is made. Written at once, for a kill may come at any moment. */
  record(thing: Made): void {
    this.made.push(thing);
    this.write();
  }

  /** Undoes these things, or all remaining ones, newest first. Problems are reported at the end and stop nothing. */
  undo(things?: Made[]): Promise<void> {
    this.undoing = this.undoing
      .catch(() => undefined)
      .then(async () => {
        const mine = this.made.filter((thing) => !things || things.includes(thing));
        const problems = await undoAll(mine);
        this.made = this.made.filter((thing) => !mine.includes(thing));
        this.write();
        if (problems.length > 0) throw new Error(problems.join('\n'));
      });
    return this.undoing;
  }

  /** The processes that may still run: for a last signal when there is no time to wait. */
  processes(): ProcessId[] {
    return this.made.flatMap((thing) => (thing.kind === 'process' || thing.kind === 'engine' ? [thing] : []));
  }

  private write(): void {
    if (this.made.length === 0) return rmSync(this.file, { force: true });
    const recorded: Recorded = { owner: this.owner, made: this.made };
    writeFileSync(`${this.file}.new`, JSON.stringify(recorded, null, 1));
    renameSync(`${this.file}.new`, this.file);
  }
}

/**
 * Undoes what runs left whose own process is dead, and says so in a line for each.
 * Leaves live runs alone, and ends only processes that were recorded.
 */
export function sweepLeftovers(): Promise<string[]> {
  const runs = runsFolder();
  return withLock(join(runs, 'sweep.lock'), async () => {
    const swept: string[] = [];
    for (const name of readdirSync(runs).filter((file) => file.endsWith('.json'))) {
      const recorded = readRecord(join(runs, name));
      if (!recorded || isAlive(recorded.owner)) continue;
      const problems = await undoAll(recorded.made);
      rmSync(join(runs, name), { force: true });
      swept.push(`removed what a killed run (process ${recorded.owner.pid}) had left`, ...problems);
    }
    return swept;
  });
}

/** A run that ends at this moment takes its record with it. */
function readRecord(path: string): Recorded | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Recorded;
  } catch {
    return undefined;
  }
}

async function undoAll(things: Made[]): Promise<string[]> {
  const problems: string[] = [];
  for (const thing of [...things].reverse()) {
    await undo(thing).catch((error: unknown) => problems.push(`could not undo ${thing.kind}: ${inOneLine(error)}`));
  }
  return problems;
}

function runsFolder(): string {
  const folder = join(cacheFolder(), 'runs');
  mkdirSync(folder, { recursive: true });
  return folder;
}
