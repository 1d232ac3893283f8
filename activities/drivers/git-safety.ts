import type { Source } from '../../src/model/release';
import { GitFailure, withoutLogin } from './git-errors';

/** What could be read as an option, or as a program to run, is none of a repository's names. */
export function refuseOptions({ url, commit }: Source): void {
  if (!/^[0-9a-f]{7,64}$/.test(commit))
    throw new GitFailure(
      {
        kind: 'bad-commit',
        message: `${JSON.stringify(commit)} is not a commit. Expected its sha, 40 digits: git rev-parse HEAD prints it`,
      },
      false,
    );
  // A path that does not begin at the root would begin somewhere in the cache.
  const isAddress = /^\/|^[^-/:][^/:]*:(?!:)/.test(url);
  if (!isAddress)
    throw new GitFailure(
      {
        kind: 'bad-source',
        message: `${JSON.stringify(withoutLogin(url))} is not the address of a repository. Expected https://…, ssh://…, user@host:path or a whole path on the worker's machine`,
      },
      false,
    );
}

/** The worker's own credentials (its helper, its keys) and nobody to ask; hooks and programs in addresses are off. */
export const gitEnvironment = (more: Record<string, string> = {}) => ({
  ...process.env,
  GIT_TERMINAL_PROMPT: '0',
  SSH_ASKPASS: '',
  GIT_SSH_COMMAND: process.env['GIT_SSH_COMMAND'] ?? (process.env['GIT_SSH'] ? undefined : 'ssh -o BatchMode=yes'),
  GIT_ALLOW_PROTOCOL: 'file:git:http:https:ssh',
  GIT_LFS_SKIP_SMUDGE: '1',
  // Run from a hook, git would look at that repository instead.
  GIT_WORK_TREE: undefined,
  GIT_INDEX_FILE: undefined,
  LC_ALL: 'C',
  ...more,
});
