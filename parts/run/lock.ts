import { linkSync, mkdirSync, readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { identify, isAlive, type ProcessId } from './processes';

let count = 0;

/**
 * Holds the lock file `path` while `work` runs; waits as long as a living process holds it.
 * The file names its holder, so that the lock of a dead one is taken over. The signal ends the wait with its reason.
 */
export async function withLock<T>(path: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  mkdirSync(dirname(path), { recursive: true });
  while (!take(path)) {
    signal?.throwIfAborted();
    if (!removeIfHolderIsDead(path)) await sleep(50);
  }
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}

/** A hard link appears at once and with its content, and only where there is nothing. */
function take(path: string): boolean {
  const draft = `${path}.${process.pid}.${count++}`;
  writeFileSync(draft, JSON.stringify(identify(process.pid)));
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    unlinkSync(draft);
  }
}

/** Two that find the same dead holder must not remove each other's new lock: a second lock lets one look and remove. */
function removeIfHolderIsDead(path: string): boolean {
  if (!isDead(path)) return false;
  const takeover = `${path}.takeover`;
  if (isDead(takeover)) rmSync(takeover, { force: true });
  if (!take(takeover)) return false;
  try {
    if (!isDead(path)) return false;
    unlinkSync(path);
    return true;
  } finally {
    rmSync(takeover, { force: true });
  }
}

function isDead(path: string): boolean {
  try {
    return !isAlive(JSON.parse(readFileSync(path, 'utf8')) as ProcessId);
  } catch {
    return false;
  }
}
