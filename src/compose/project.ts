import type { ComposeModel } from './model';

/** What a path of the project is in the commit; whoever has the files looks, here it is only judged. */
export type ProjectFile =
  | { is: 'file'; digest: string; size: number; executable: boolean }
  | { is: 'folder' | 'nothing' | 'outside' | 'uncommitted' };

/** Path as the compose file has it → what it is. */
export type ProjectFiles = Record<string, ProjectFile>;

/** A path of the host is whole; `~` is somebody's home, and whatever else is a part of the project. */
export const isOfProject = (path: string) => !/^[/~]/.test(path);

/** Every path of the project that the model wants within a container. */
export function projectPaths(model: ComposeModel): string[] {
  const binds = Object.values(model.services ?? {}).flatMap(({ volumes = [] }) =>
    volumes.flatMap(({ type, source }) => (type === 'bind' && source ? [source] : [])),
  );
  const objects = [...Object.values(model.configs ?? {}), ...Object.values(model.secrets ?? {})];
  const files = objects.flatMap(({ file }) => file ?? []);
  return [...new Set([...binds, ...files])].filter(isOfProject);
}

/** A path as it is below the folder that it starts from: `./web/` → `web`; undefined when it leaves it. */
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
