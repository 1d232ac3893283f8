import type { ComposeModel } from '../model';

export interface FileContent {
  digest: string;
  size: number;
  executable: boolean;
}

/** What a project path is in the commit. The caller reads the files; here they are only judged. */
export type ProjectFile =
  | ({ is: 'file' } & FileContent)
  /** Path below the folder → file; undefined when there are too many or too large ones. */
  | { is: 'folder'; files?: Record<string, FileContent> }
  | { is: 'nothing' | 'outside' | 'uncommitted' };

/** Larger ones are not read; a kind of target may take less. */
export const LARGEST_FILE = 1024 * 1024;

/** The limits of a folder in a release; larger ones belong in an image. */
export const MOST_FILES = 100;
export const LARGEST_FOLDER = 4 * 1024 * 1024;

export type ProjectFiles = Record<string, ProjectFile>;

/** A host path is absolute; `~` is a home; anything else is in the project. */
export const isOfProject = (path: string) => !isOfHost(path);
export const isOfHost = (path: string) => /^[/~]/.test(path);

/** Every project path the model mounts or copies. */
export function projectPaths(model: ComposeModel): string[] {
  const binds = Object.values(model.services ?? {}).flatMap(({ volumes = [] }) =>
    volumes.flatMap(({ type, source }) => (type === 'bind' && source ? [source] : [])),
  );
  const objects = [...Object.values(model.configs ?? {}), ...Object.values(model.secrets ?? {})];
  const files = objects.flatMap(({ file }) => file ?? []);
  return [...new Set([...binds, ...files])].filter(isOfProject);
}

/**
 * A normalized path, relative to the project's folder in its repository (undefined: the root): `../lib/` →
 * `../lib`; undefined when it leaves the repository.
 */
export function belowTop(path: string, folder?: string): string | undefined {
  const inside = below(path);
  if (inside !== undefined || !folder || /^(\/|~|[a-z][a-z0-9+.-]*:|git@)/i.test(path)) return inside;
  const whole = below(`${folder}/${path}`);
  if (whole === undefined) return undefined;
  const [from, to] = [folder.split('/'), whole === '.' ? [] : whole.split('/')];
  const same = from.findIndex((part, index) => part !== to[index]);
  return [...from.slice(same).map(() => '..'), ...to.slice(same)].join('/');
}

/** A normalized path below its base folder: `./web/` → `web`; undefined when it leaves the folder. */
export function below(path: string): string | undefined {
  if (/^([a-z][a-z0-9+.-]*:|\/|~|git@)/i.test(path)) return undefined;
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.join('/') || '.';
}
