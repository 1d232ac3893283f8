import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { identify, isAlive, type ProcessId } from '../../parts/processes';
import { Told } from '../errors';

/** Claims a file for this process, and returns how to let go of it. Refuses while another living process has it. */
export function claim(file: string): () => void {
  const holder = readHolder(file);
  if (holder && isAlive(holder))
    throw new Told(
      `It runs already, as process ${holder.pid}: two must not share one database.`,
      undefined,
      'For a second one: WINDLASS_INSTALLATION=OTHER',
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
