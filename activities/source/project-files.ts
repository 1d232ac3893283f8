import { createHash } from 'node:crypto';
import { readFileSync, realpathSync, type Stats, statSync } from 'node:fs';
import { isAbsolute, relative, resolve } from 'node:path';
import { LARGEST_FILE } from '../../src/compose/files';
import type { ProjectFile, ProjectFiles } from '../../src/compose/project';

/** What these paths are in a folder that holds a commit. A link counts as what it leads to, if that is in the folder too. */
export function lookAtFiles(
  dir: string,
  paths: string[],
  isCommitted: (file: string) => boolean = () => true,
): ProjectFiles {
  const root = realpathSync(dir);
  return Object.fromEntries(paths.map((path) => [path, lookAt(root, path, isCommitted)]));
}

function lookAt(root: string, path: string, isCommitted: (file: string) => boolean): ProjectFile {
  const whole = resolve(root, path);
  if (leaves(root, whole)) return { is: 'outside' };
  const real = realPathOf(whole);
  if (real === undefined) return { is: 'nothing' };
  if (leaves(root, real)) return { is: 'outside' };
  const stats: Stats = statSync(real);
  if (stats.isDirectory()) return { is: 'folder' };
  if (!stats.isFile()) return { is: 'nothing' };
  if (!isCommitted(relative(root, whole))) return { is: 'uncommitted' };
  const { size, mode } = stats;
  const digest = size > LARGEST_FILE ? '' : digestOf(readFileSync(real));
  return { is: 'file', digest, size, executable: (mode & 0o111) !== 0 };
}

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
