import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Source } from '../../../src/model/release';
import { ensureRepository, LIMITS, SETTINGS } from '.';
import { gitEnvironment } from '../programs/child-environment';
import { refuseOptions } from './safety';
import { runProgram } from '../programs/program';

/** Commits never change, so answers are cached. */
const known = new Map<string, boolean>();

/**
 * Is a commit an ancestor of another one in the same repository? Undefined where that is unknown:
 * the repository does not answer in time, or has only part of its history.
 */
export async function isAncestor(
  source: Source,
  of: string,
  cache: string,
  withinMs: number,
): Promise<boolean | undefined> {
  const { url, commit } = source;
  const key = `${url}\0${commit}\0${of}`;
  if (known.has(key)) return known.get(key);
  try {
    const found = await ask(source, of, cache, AbortSignal.timeout(withinMs));
    if (found !== undefined) known.set(key, found);
    return found;
  } catch {
    return undefined;
  }
}

async function ask(
  { url, commit }: Source,
  of: string,
  cache: string,
  signal: AbortSignal,
): Promise<boolean | undefined> {
  refuseOptions({ url, commit });
  refuseOptions({ url, commit: of });
  const names = commit.length > 40 ? 'sha256' : 'sha1';
  const name = createHash('sha256').update(url).digest('hex').slice(0, 16);
  const repository = join(cache, 'git', `${name}-${names}-history.git`);
  await ensureRepository(repository, names, signal);
  const git = (...args: string[]) =>
    runProgram('git', [...SETTINGS, ...args], {
      cwd: repository,
      env: gitEnvironment({ GIT_DIR: repository }),
      limits: LIMITS,
      signal,
    });
  const has = async (sha: string) => (await git('cat-file', '-e', `${sha}^{commit}`)).status === 0;
  if (!(await has(of))) {
    const flags = ['--quiet', '--no-tags', '--no-recurse-submodules', '--no-write-fetch-head'];
    const one = await git('fetch', ...flags, '--', url, of);
    if (one.status !== 0) await git('fetch', ...flags, '--', url, '+refs/heads/*:refs/heads/*');
  }
  if (!(await has(of))) return undefined;
  // A server with a shallow history serves commits without ancestors.
  const isShallow = (await git('rev-parse', '--is-shallow-repository')).stdout.trim() !== 'false';
  const isWhole = !isShallow && (await git('rev-list', '--count', of)).status === 0;
  if (!(await has(commit))) return isWhole ? false : undefined;
  const { status } = await git('merge-base', '--is-ancestor', commit, of);
  if (status === 0) return true;
  return status === 1 && isWhole ? false : undefined;
}
