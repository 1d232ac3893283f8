import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import type { Failure } from '../../../src/model/failure';
import type { Source } from '../../../src/model/release';
import { GitFailure } from './errors';
import type { Ran } from '../programs/program';

type Git = (args: string[]) => Promise<Ran>;

interface Submodule {
  path: string;
  commit: string;
  /** Undefined where `.gitmodules` has no address. */
  url?: string;
}

/** The allowed nesting of submodules. */
const DEEPEST = 8;

/** The submodules in a commit's tree, with their addresses from its `.gitmodules`. */
export async function listSubmodules(git: Git, sha: string): Promise<Submodule[]> {
  const tree = await git(['ls-tree', '-r', '-z', '--full-tree', sha]);
  const found = [...tree.stdout.matchAll(/(?:^|\0)160000 commit ([0-9a-f]+)\t([^\0]+)/g)];
  if (found.length === 0) return [];
  const urls = await readAddresses(git, sha);
  return found.map(([, commit = '', path = '']) => ({ path, commit, url: urls.get(path) }));
}

async function readAddresses(git: Git, sha: string): Promise<Map<string, string>> {
  const { stdout } = await git(['config', '--blob', `${sha}:.gitmodules`, '-z', '--list']);
  const said = [...stdout.matchAll(/submodule\.([^\n\0]*)\.(path|url)\n([^\0]*)\0/g)];
  const byName = (key: string) => new Map(said.filter((one) => one[2] === key).map((one) => [one[1]!, one[3]!]));
  const urls = byName('url');
  return new Map([...byName('path')].flatMap(([name, path]) => (urls.has(name) ? [[path, urls.get(name)!]] : [])));
}

/**
 * Adds the submodules' files to a fresh checkout, with the repository's credentials and rules. Throws a
 * `GitFailure` that names the path, because a missing submodule would show only in the image.
 */
export async function fillSubmodules(
  submodules: Submodule[],
  { folder, url, above }: { folder: string; url: string; above: string[] },
  checkOut: (source: Source, above: string[]) => Promise<{ folder: string }>,
): Promise<void> {
  for (const { path, commit, url: said } of submodules) {
    const paths = [...above, path];
    const refuse = (message: string) => new SubmoduleFailure(paths, { kind: 'bad-submodule', message }, false);
    if (said === undefined) throw refuse(unsaid(path));
    if (paths.length > DEEPEST)
      throw refuse(`is nested deeper than ${DEEPEST} submodules. Do they contain each other?`);
    try {
      const inner = await checkOut({ url: resolveAddress(url, said), commit }, paths);
      await cp(inner.folder, join(folder, path), { recursive: true, verbatimSymlinks: true });
    } catch (error) {
      if (!(error instanceof GitFailure) || error instanceof SubmoduleFailure) throw error;
      const message = `the submodule cannot be fetched: ${error.failure.message}`;
      throw new SubmoduleFailure(paths, { ...error.failure, message }, error.retry);
    }
  }
}

class SubmoduleFailure extends GitFailure {
  constructor(paths: string[], failure: Failure, retry: boolean) {
    super({ ...failure, message: `${paths.join('/')}: ${failure.message}` }, retry);
  }
}

const unsaid = (path: string) =>
  'is a submodule without an entry in .gitmodules. ' +
  `Add it with git submodule add, or remove it: git rm --cached ${/^[\w./-]+$/.test(path) ? path : JSON.stringify(path)}`;

/**
 * The address of a submodule; one with `./` or `../` is relative to the repository's own. A server's commit may not
 * name a path on the worker's machine, which may hold other repositories. Throws `GitFailure`.
 */
export function resolveAddress(of: string, said: string): string {
  const bad = (message: string) =>
    new GitFailure({ kind: 'bad-source', message: `${JSON.stringify(said)} ${message}` }, false);
  if (!/^\.\.?\//.test(said)) {
    if (isPath(said) && !isPath(of))
      throw bad("is a path on the worker's machine. Write a server's address, or one that begins with ../");
    return said;
  }
  const [start = ''] = /^([a-z][a-z0-9+.-]*:\/\/[^/]*\/|[^/:]+:\/?|\/)/i.exec(of) ?? [];
  const parts = of.slice(start.length).replace(/\/+$/, '').split('/');
  for (const part of said.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) throw bad(`leaves the server of ${of}. Write its full address`);
  }
  return start + parts.join('/');
}

const isPath = (url: string) => /^(\/|file:)/i.test(url);
