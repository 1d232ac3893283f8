import { readlinkSync, realpathSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';

/**
 * The real path, with all links resolved, relative to a folder; undefined when it is outside. A
 * missing file is where it would be created.
 */
export function wayWithin(folder: string, path: string): string | undefined {
  const way = relative(realpathSync(folder), realPathOf(resolve(folder, path)));
  return way === '..' || way.startsWith('../') || isAbsolute(way) ? undefined : way;
}

function realPathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    // A loop or a lack of permission: nobody can read it, so it is not part of the folder.
    if (!['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return '/';
    if (path === dirname(path)) return path;
    const place = join(realPathOf(dirname(path)), basename(path));
    const target = targetOf(place);
    return target === undefined ? place : realPathOf(resolve(dirname(place), target));
  }
}

function targetOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

/** The checkout that contains a project: `folder` is the project's path in it, empty when they are the same. */
export const repositoryOf = (project: string, folder = ''): string =>
  resolve(project, ...folder.split('/').map((part) => part && '..'));
