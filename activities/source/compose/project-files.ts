import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, realpathSync, type Stats, statSync } from 'node:fs';
import { isAbsolute, join, relative, resolve } from 'node:path';
import {
  type FileContent,
  LARGEST_FILE,
  LARGEST_FOLDER,
  MOST_FILES,
  type ProjectFile,
  type ProjectFiles,
} from '../../../src/compose/files/project';

type IsCommitted = (file: string) => boolean;

/**
 * What these paths are, from a folder of the repository at `root`. A link counts as its target, if that is inside too.
 */
export function lookAtFiles(
  dir: string,
  root: string,
  paths: string[],
  isCommitted: IsCommitted = () => true,
): ProjectFiles {
  const [from, top] = [realpathSync(dir), realpathSync(root)];
  const fromTop: IsCommitted = (file) => isCommitted(relative(from, join(top, file)));
  return Object.fromEntries(paths.map((path) => [path, lookAt(top, resolve(from, path), fromTop)]));
}

function lookAt(root: string, whole: string, isCommitted: IsCommitted): ProjectFile {
  if (leaves(root, whole)) return { is: 'outside' };
  const real = realPathOf(whole);
  if (real === undefined) return { is: 'nothing' };
  if (leaves(root, real)) return { is: 'outside' };
  const stats: Stats = statSync(real);
  if (stats.isDirectory()) return lookAtFolder(root, whole, isCommitted);
  if (!stats.isFile()) return { is: 'nothing' };
  if (!isCommitted(relative(root, whole))) return { is: 'uncommitted' };
  return { is: 'file', ...contentOf(real, stats) };
}

/** Git keeps no folders, so an empty one, even with a placeholder, is not in the commit. */
function lookAtFolder(root: string, folder: string, isCommitted: (file: string) => boolean): ProjectFile {
  const files: Record<string, FileContent> = {};
  let isEmpty = true;
  let bytes = 0;
  let looked = 0;
  for (const path of filesBelow(folder)) {
    looked += 1;
    if (looked > MOST_LOOKED_AT) return { is: 'folder' };
    if (!isCommitted(relative(root, path)) || PLACEHOLDER.test(path)) continue;
    isEmpty = false;
    const real = realPathOf(path);
    if (real === undefined || leaves(root, real)) return { is: 'outside' };
    const stats = statSync(real);
    bytes += stats.size;
    if (Object.keys(files).length === MOST_FILES || bytes > LARGEST_FOLDER) return { is: 'folder' };
    if (stats.isFile()) files[relative(folder, path)] = contentOf(real, stats);
  }
  return isEmpty ? { is: 'nothing' } : { is: 'folder', files };
}

/** A local data folder may hold any number of files. */
const MOST_LOOKED_AT = 20_000;
const PLACEHOLDER = /(^|\/)\.(gitkeep|gitignore|keep)$/;

function* filesBelow(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.name === '.git') continue;
    if (entry.isDirectory()) yield* filesBelow(path);
    else yield path;
  }
}

const contentOf = (path: string, { size, mode }: Stats): FileContent => ({
  digest: size > LARGEST_FILE ? '' : digestOf(readFileSync(path)),
  size,
  executable: (mode & 0o111) !== 0,
});

const leaves = (root: string, path: string) => {
  const way = relative(root, path);
  return way.startsWith('..') || isAbsolute(way);
};

const digestOf = (bytes: Buffer) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

function realPathOf(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
