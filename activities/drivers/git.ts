import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { Commit, Source } from '../../src/model/release';
import { explainGit, GitFailure, lastLine, withoutLogin } from './git-errors';
import { gitEnvironment, refuseOptions } from './git-safety';
import { limiter } from './bounded';
import { type Ran, runProgram } from './program';

/** A commit, on the disk: exactly its files, nothing that somebody works on. */
export interface Checkout {
  folder: string;
  commit: Commit;
}

/**
 * One commit of a repository, in a folder of the cache that is made once and shared by whoever asks; nobody may write
 * there. `source.url` is a URL, or a path of this machine. Throws `GitFailure`.
 */
export async function checkOutCommit(source: Source, cache: string, signal?: AbortSignal): Promise<Checkout> {
  const { url, commit } = source;
  refuseOptions(source);
  const key = createHash('sha256').update(url).digest('hex').slice(0, 16);
  const repository = join(cache, 'git', `${key}.git`);
  const git: Git = (args, more = {}) =>
    runProgram('git', args, {
      cwd: repository,
      env: gitEnvironment({ GIT_DIR: repository, ...more.env }),
      within: 600_000,
      signal,
    });
  await ensureRepository(repository, signal);
  const oneAfterAnother = turns.get(repository) ?? limiter(1);
  turns.set(repository, oneAfterAnother);
  await oneAfterAnother(async () => {
    if (!(await has(git, commit))) await fetchCommit(git, url, commit);
  }, signal);
  const described = await git([
    'show',
    '-s',
    '--no-show-signature',
    '--format=%H%x00%an <%ae>%x00%s%x00%cI',
    `${commit}^{commit}`,
    '--',
  ]);
  const [sha = '', author = '', subject = '', at = ''] = ok(described, source, 'read').stdout.trimEnd().split('\0');
  const folder = join(cache, 'checkouts', `${key}-${sha}`);
  if (!existsSync(folder)) await checkOut(git, source, sha, folder);
  const now = new Date();
  // Whoever tidies the cache goes by the last use.
  await utimes(folder, now, now).catch(() => undefined);
  return { folder, commit: { sha, author, subject, at } };
}

/** Git locks its repository against a second fetch, and fails instead of waiting. */
const turns = new Map<string, ReturnType<typeof limiter>>();

type Git = (args: string[], more?: { env?: Record<string, string> }) => Promise<Ran>;

async function ensureRepository(repository: string, signal?: AbortSignal): Promise<void> {
  if (existsSync(join(repository, 'HEAD'))) return;
  const fresh = await aside(repository);
  const made = await runProgram('git', ['init', '--quiet', '--bare', '--template=', '--', fresh], {
    env: gitEnvironment(),
    signal,
  });
  if (made.missing)
    throw new GitFailure({ kind: 'no-git', message: 'git is not there. Install it where the worker runs' }, false);
  if (made.status !== 0)
    throw new GitFailure({ kind: 'git', message: `git init fails: ${lastLine(made.stderr)}` }, true);
  await moveInPlace(fresh, repository);
}

const has = async (git: Git, commit: string) => (await git(['cat-file', '-e', `${commit}^{commit}`])).status === 0;

/** The one commit where the server gives it, else everything that the server names. */
async function fetchCommit(git: Git, url: string, commit: string): Promise<void> {
  const fetch = (depth: string[], refs: string[]) =>
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
  const one = commit.length >= 40 ? await fetch(['--depth=1'], [commit]) : undefined;
  if (one?.status === 0) return;
  const all = await fetch([], ['+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*']);
  if (all.status !== 0) throw explainGit(all, { url, commit }, 'fetch');
  if (await has(git, commit)) return;
  throw new GitFailure(
    {
      kind: 'no-such-commit',
      message: `${withoutLogin(url)} has no commit ${commit.slice(0, 10)} on a branch or tag. Push it, or check the sha`,
    },
    false,
  );
}

/** With an index and a folder of its own, so that many can do so at once; the last touch is a rename. */
async function checkOut(git: Git, source: Source, sha: string, folder: string): Promise<void> {
  const fresh = await aside(folder);
  await mkdir(fresh, { recursive: true });
  try {
    const env = { GIT_INDEX_FILE: `${fresh}.index`, GIT_WORK_TREE: fresh };
    ok(
      await git(['-c', 'core.bare=false', '-c', 'core.autocrlf=false', 'read-tree', '--reset', '-u', sha], { env }),
      source,
      'check out',
    );
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

/** Whoever comes second finds the same there, and drops its own. */
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
