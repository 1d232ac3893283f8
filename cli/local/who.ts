import { hostname, userInfo } from 'node:os';
import type { Command } from 'commander';
import { git } from './git';

export interface WhoOptions {
  by?: string;
}

/** Adds `--by`; it is the sender's word, and the help says so. */
export const withWho = (command: Command): Command =>
  command.option(
    '--by <who>',
    "who does this (default: WINDLASS_USER, else git's user.email, else USER@HOST). It is what you claim: nobody checks it yet",
  );

/** Who acts: what is recorded in the ledger, and compared with those who may decide. */
export async function who(options: WhoOptions): Promise<string> {
  const said = options.by ?? process.env['WINDLASS_USER'];
  return said || (await git('.', 'config', 'user.email')) || `${userInfo().username}@${hostname()}`;
}
