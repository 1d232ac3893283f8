import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { identify, isAlive, type ProcessId } from '../../parts/run/processes';
import { UserError } from '../errors';

/**
 * Claims a lock file for this process and returns the function that releases it. Throws while
 * another live process holds it.
 */
export function claim(file: string): () => void {
  const holder = readHolder(file);
  if (holder && isAlive(holder))
    throw new UserError(
      `windlass dev is already running (pid ${holder.pid}).`,
      undefined,
      'To run a second one: WINDLASS_INSTALLATION=OTHER',
    );
  writeFileSync(file, JSON.stringify(identify(process.pid)));
  return () => rmSync(file, { force: true });
}

function readHolder(file: string): ProcessId | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as ProcessId;
  } catch {
    return undefined;
  }
}
