import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { withoutCredentials } from '../../../src/model/text/address';
import type { Failure } from '../../../src/model/failure';
import type { Commit, Source } from '../../../src/model/release';
import { refuseLinksOut } from './checkout-links';
import { gitEnvironment } from '../programs/child-environment';
import { explainGit, GitFailure, lastLine, OTHER_NAMES } from './errors';
import { followRedirect, wasRedirected } from './redirect';
import { refuseOptions } from './safety';
import { cleanCheckouts } from './clean-checkouts';
import { fillSubmodules, findAddresses } from './submodules';
import { listTree } from './tree';
import { limiter } from '../bounded';
import { type Ran, runProgram, type Started, startProgram } from '../programs/program';

export interface Checkout {
  folder: string;
  commit: Commit;
}

interface CheckoutOptions {
  signal?: AbortSignal;
  refuse?(url: string): Promise<Failure | undefined>;
  above?: string[];
}

/**
 * A commit with its submodules, in a cached folder that is created once, shared and read-only.
 * `source.url` is a URL or a local path. Throws `GitFailure`.
 */
export async function checkOutCommit(
  source: Source,
  cache: string,
  { signal, refuse, above = [] }: CheckoutOptions = {},
): Promise<Checkout> {
  const { url, commit } = source;
  refuseOptions(source);
  const refusal = await refuse?.(url);
  if (refusal) throw new GitFailure(refusal, false);
  const key = createHash('sha256').update(url).digest('hex').slice(0, 16);
  const git = await fetchInto(join(cache, 'git', key), source, signal);
  // `git show` would walk the whole tree of a first commit, although it prints none of it.
  const described = await git([
    'log',
    '-1',
    '--no-show-signature',
    '--format=%H%x00%an <%ae>%x00%s%x00%cI',
    `${commit}^{commit}`,
    '--',
  ]);
  const [sha = '', author = '', subject = '', at = ''] = ok(described, source, 'read').stdout.trimEnd().split('\0');
  const folder = join(cache, 'checkouts', `${key}-${sha}${WITH_SUBMODULES}`);
  if (!existsSync(folder)) {
    const { tree, ...ran } = await listTree(git.start, sha);
    ok({ ...ran, stdout: '', missing: false }, source, 'read');
    const submodules = await findAddresses(git, sha, tree.submodules);
    await checkOut(git, source, sha, folder, async (fresh) =>
      fillSubmodules(submodules, { folder: fresh, url, above, size: tree }, (inner, paths) =>
        checkOutCommit(inner, cache, { signal, refuse, above: paths }),
      ),
    );
  }
  const now = new Date();
  // Cleaning the cache goes by the last use.
  await utimes(folder, now, now).catch(() => undefined);
  await cleanCheckouts(join(cache, 'checkouts'));
  return { folder, commit: { sha, author, subject, at } };
}

/** Redirects are checked before they are followed; packs are read in windows, within the memory limit. */
export const SETTINGS = [
  'http.followRedirects=false',
  'core.packedGitLimit=1g',
  'core.packedGitWindowSize=64m',
].flatMap((setting) => ['-c', setting]);
export const LIMITS = { memoryMb: 8_192, cpuSeconds: 600 };
/** Older cache folders lack this file, and the submodules. */
const WITH_SUBMODULES = '.s';

async function fetchInto(path: string, source: Source, signal?: AbortSignal): Promise<Git> {
  const { url, commit } = source;
  const names = commit.length > 40 ? 'sha256' : 'sha1';
  try {
    return await fetchAs(names, path, source, signal);
  } catch (error) {
    // An abbreviated id does not tell which hash algorithm the repository uses.
    const isShort = commit.length < 40 && error instanceof GitFailure && error.failure.kind === OTHER_NAMES;
    if (!isShort) throw error;
    return await fetchAs('sha256', path, { url, commit }, signal);
  }
}

async function fetchAs(names: 'sha1' | 'sha256', path: string, { url, commit }: Source, signal?: AbortSignal) {
  const repository = `${path}${names === 'sha1' ? '' : `-${names}`}.git`;
  const options = (env = {}) => ({
    cwd: repository,
    env: gitEnvironment({ GIT_DIR: repository, ...env }),
    within: 600_000,
    limits: LIMITS,
    signal,
  });
  const git: Git = (args, more = {}) => runProgram('git', [...SETTINGS, ...args], options(more.env));
  git.start = (args) => startProgram('git', [...SETTINGS, ...args], options());
  await ensureRepository(repository, names, signal);
  const oneAfterAnother = turns.get(repository) ?? limiter(1);
  turns.set(repository, oneAfterAnother);
  await oneAfterAnother(async () => {
    if (!(await has(git, commit))) await fetchCommit(git, url, commit, signal);
  }, signal);
  return git;
}

/** Git locks a repository against a second fetch, which fails instead of waiting. */
const turns = new Map<string, ReturnType<typeof limiter>>();

interface Git {
  (args: string[], more?: { env?: Record<string, string> }): Promise<Ran>;
  /** For what prints too much to be kept. */
  start(args: string[]): Started;
}

/** Creates an empty cached repository of this hash algorithm once. Throws `GitFailure`. */
export async function ensureRepository(repository: string, names: string, signal?: AbortSignal): Promise<void> {
  if (existsSync(join(repository, 'HEAD'))) return;
  const fresh = await aside(repository);
  const made = await runProgram(
    'git',
    ['init', '--quiet', '--bare', '--template=', `--object-format=${names}`, '--', fresh],
    {
      env: gitEnvironment(),
      signal,
    },
  );
  if (made.missing)
    throw new GitFailure(
      { kind: 'no-git', message: "git is not installed on the worker's machine. Install it" },
      false,
    );
  if (made.status !== 0)
    throw new GitFailure({ kind: 'git', message: `git init failed: ${lastLine(made.stderr)}` }, true);
  await moveInPlace(fresh, repository);
}

const has = async (git: Git, commit: string) => (await git(['cat-file', '-e', `${commit}^{commit}`])).status === 0;

async function fetchCommit(git: Git, address: string, commit: string, signal?: AbortSignal): Promise<void> {
  let url = address;
  const fetchOnce = (depth: string[], refs: string[]) =>
    git([
      'fetch',
      '--quiet',
      '--no-tags',
      '--no-recurse-submodules',
      '--no-write-fetch-head',
      ...depth,
      '--',
      url,
      ...refs,
    ]);
  const fetch = async (depth: string[], refs: string[]) => {
    const ran = await fetchOnce(depth, refs);
    if (!wasRedirected(ran.stderr) || url !== address) return ran;
    url = await followRedirect(address, signal);
    return fetchOnce(depth, refs);
  };
  const one = commit.length >= 40 ? await fetch(['--depth=1'], [commit]) : undefined;
  if (one?.status === 0) return;
  const all = await fetch([], ['+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*']);
  if (all.status !== 0) throw explainGit(all, { url, commit }, 'fetch');
  if (await has(git, commit)) return;
  throw new GitFailure(
    {
      kind: 'no-such-commit',
      message: `${withoutCredentials(url)} has no commit ${commit.slice(0, 10)} on a branch or tag. Push it, or check the sha`,
    },
    false,
  );
}

/** Uses its own index and folder, so that several can run in parallel; the last step is a rename. */
async function checkOut(
  git: Git,
  source: Source,
  sha: string,
  folder: string,
  fill: (fresh: string) => Promise<void>,
): Promise<void> {
  const fresh = await aside(folder);
  await mkdir(fresh, { recursive: true });
  try {
    const env = { GIT_INDEX_FILE: `${fresh}.index`, GIT_WORK_TREE: fresh };
    ok(
      await git(['-c', 'core.bare=false', '-c', 'core.autocrlf=false', 'read-tree', '--reset', '-u', sha], { env }),
      source,
      'check out',
    );
    await fill(fresh);
    await refuseLinksOut(fresh);
    await moveInPlace(fresh, folder);
  } finally {
    await rm(`${fresh}.index`, { force: true });
    await rm(fresh, { recursive: true, force: true });
  }
}

let count = 0;
async function aside(path: string): Promise<string> {
  await mkdir(join(path, '..'), { recursive: true });
  return `${path}.${process.pid}-${Date.now().toString(36)}-${count++}`;
}

async function moveInPlace(fresh: string, place: string): Promise<void> {
  try {
    await rename(fresh, place);
  } catch (error) {
    if (!existsSync(place)) throw error;
    await rm(fresh, { recursive: true, force: true });
  }
}

function ok(ran: Ran, source: Source, doing: string): Ran {
  if (ran.status !== 0) throw explainGit(ran, source, doing);
  return ran;
}
