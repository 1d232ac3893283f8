import { withoutCredentials } from '../../../src/model/text/address';
import type { Source } from '../../../src/model/release';
import { GitFailure } from './errors';

/** Refuses what git could take for an option or a program to run. */
export function refuseOptions({ url, commit }: Source): void {
  if (!/^[0-9a-f]{7,64}$/.test(commit))
    throw new GitFailure(
      {
        kind: 'bad-commit',
        message: `${JSON.stringify(commit)} is not a commit. Expected 40 digits, as git rev-parse HEAD prints them`,
      },
      false,
    );
  // A relative path would start in the cache.
  const isAddress = /^\/|^[^-/:][^/:]*:(?!:)/.test(url);
  if (!isAddress)
    throw new GitFailure(
      {
        kind: 'bad-source',
        message: `${JSON.stringify(withoutCredentials(url))} is not the address of a repository. Expected https://…, ssh://…, user@host:path or an absolute path on the worker's machine`,
      },
      false,
    );
}
