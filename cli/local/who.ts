import { hostname, userInfo } from 'node:os';
import type { Command } from 'commander';
import { git } from './git';

export interface WhoOptions {
  by?: string;
}

/** Adds `--by`, which is the sender's claim, as the help says. */
export const withWho = (command: Command): Command =>
  command.option(
    '--by <who>',
    "who does this (default: WINDLASS_USER, else git's user.email, else USER@HOST); a claim, unless the policy wants it signed",
  );

/** The name recorded in the ledger and compared with those allowed to decide. */
export async function who(options: WhoOptions): Promise<string> {
  const said = options.by ?? process.env['WINDLASS_USER'];
  return said || (await git('.', 'config', 'user.email')) || `${userInfo().username}@${hostname()}`;
}
