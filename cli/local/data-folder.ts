import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** The folder for data that outlives a run: `$XDG_DATA_HOME/windlass`, else `~/.local/share/windlass`. */
export function dataFolder(): string {
  const folder = join(process.env['XDG_DATA_HOME'] || join(homedir(), '.local', 'share'), 'windlass');
  mkdirSync(folder, { recursive: true });
  return folder;
}
