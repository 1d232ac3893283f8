import { cp, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import type { Failure } from '../../../src/model/failure';
import type { Source } from '../../../src/model/release';
import { GitFailure } from './errors';
import type { Ran } from '../programs/program';
import { refuseLarge, type Size, sizeOf, type Tree } from './tree';

type Git = (args: string[]) => Promise<Ran>;

interface Submodule {
  path: string;
  commit: string;
  /** Undefined where `.gitmodules` has no address. */
  url?: string;
}

/** The allowed nesting of submodules. */
const DEEPEST = 8;

/** The addresses of a tree's submodules, from the commit's `.gitmodules`. */
export async function findAddresses(git: Git, sha: string, submodules: Tree['submodules']): Promise<Submodule[]> {
  if (submodules.length === 0) return [];
  const urls = await readAddresses(git, sha);
  return submodules.map((one) => ({ ...one, url: urls.get(one.path) }));
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
  { folder, url, above, size }: { folder: string; url: string; above: string[]; size: Size },
  checkOut: (source: Source, above: string[]) => Promise<{ folder: string }>,
): Promise<void> {
  const copies: { from: string; to: string }[] = [];
  const sizes = new Map<string, Size>();
  for (const { path, commit, url: said } of submodules) {
    const paths = [...above, path];
    const refuse = (message: string) => new SubmoduleFailure(paths, { kind: 'bad-submodule', message }, false);
    if (said === undefined) throw refuse(unsaid(path));
    if (paths.length > DEEPEST)
      throw refuse(`is nested deeper than ${DEEPEST} submodules. Do they contain each other?`);
    const to = join(folder, path);
    if ((await realpath(to).catch(() => undefined)) !== join(await realpath(folder), path)) throw refuse(LED_AWAY);
    try {
      const inner = await checkOut({ url: resolveAddress(url, said), commit }, paths);
      const { files, bytes } = sizes.get(inner.folder) ?? (await sizeOf(inner.folder));
      sizes.set(inner.folder, { files, bytes });
      size = { files: size.files + files, bytes: size.bytes + bytes };
      copies.push({ from: inner.folder, to });
    } catch (error) {
      if (!(error instanceof GitFailure) || error instanceof SubmoduleFailure) throw error;
      const message = `the submodule cannot be fetched: ${error.failure.message}`;
      throw new SubmoduleFailure(paths, { ...error.failure, message }, error.retry);
    }
    refuseLarge(size);
  }
  for (const { from, to } of copies) await cp(from, to, { recursive: true, verbatimSymlinks: true });
}

class SubmoduleFailure extends GitFailure {
  constructor(paths: string[], failure: Failure, retry: boolean) {
    super({ ...failure, message: `${paths.join('/')}: ${failure.message}` }, retry);
  }
}

/** A tree may name a folder and a link alike, and a copy would go through the link. */
const LED_AWAY = 'is a submodule below something that is no folder of the commit. Remove one of the two';

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
