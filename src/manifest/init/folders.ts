import { folderOf, isPath } from '../../model/container/data';
import type { Entry, InitInput, InitService } from './types';

/**
 * Where on the hosts: files that are not in the commit, and folders of which a part is mounted too, since no volume
 * can be mounted in parts.
 */
export function hostPlaces({ folders = [], absentFiles = [] }: InitInput, app: string): Record<string, string> {
  const isWhole = (folder: string) => folders.some((other) => isBelow(other, folder));
  const isPart = (folder: string) => folders.some((other) => isBelow(folder, other));
  return Object.fromEntries([
    ...absentFiles.map((file) => [file, `/etc/${app}/${plain(file)}`]),
    ...folders.filter((one) => isWhole(one) && !isPart(one)).map((one) => [one, `/srv/${app}/${plain(one)}`]),
  ]);
}

const plain = (path: string) =>
  bare(path)
    .split('/')
    .filter((part) => part !== '~' && part !== '..' && part !== '.')
    .join('/');

/** The services with the paths on the hosts in place of what is there. */
export const withHostPlaces = (
  services: Record<string, InitService>,
  places: Record<string, string>,
): Record<string, InitService> =>
  Object.fromEntries(
    Object.entries(services).map(([name, { volumes, ...service }]) => [
      name,
      {
        ...service,
        ...(volumes && {
          volumes: volumes.map((one) => ({ ...one, source: one.source && placeOf(one.source, places) })),
        }),
      },
    ]),
  );

/** Where it is on the hosts, if it is one of these or below one. */
export function placeOf(source: string, places: Record<string, string>): string {
  const [above, place] = Object.entries(places).find(([one]) => one === source || isBelow(source, one)) ?? [];
  return above === undefined ? source : `${place}${bare(source).slice(bare(above).length)}`;
}

/** Folder → volume name: `./data/db` → `data-db`. */
export function nameFolders(folders: string[], entries: Entry[]): Record<string, string> {
  const taken = new Set(entries.flatMap((entry) => keptVolumes(entry, {}).map(({ source }) => source)));
  return Object.fromEntries(
    folders.map((folder) => {
      const base =
        folder
          .replace(/^[^A-Za-z0-9]+/, '')
          .replace(/[^A-Za-z0-9_.]+/g, '-')
          .replace(/[-.]+$/, '') || 'data';
      let name = base;
      for (let n = 2; taken.has(name); n++) name = `${base}-${n}`;
      taken.add(name);
      return [folder, name];
    }),
  );
}

const bare = (path: string) => path.replace(/^(\.\/)+/, '').replace(/\/+$/, '');
const isBelow = (inner: string, outer: string) => bare(inner).startsWith(`${bare(outer)}/`);

/** The volumes and host folders with a service's data. */
export function keptVolumes({ volumes = [] }: InitService, folders: Record<string, string>) {
  return volumes.flatMap(({ type, source = '', target, read_only }) => {
    const name =
      type === 'volume'
        ? source
        : type === 'bind'
          ? (folders[source] ?? folderOfHost(source, read_only, target))
          : undefined;
    return name ? [{ source: name, read_only }] : [];
  });
}

const folderOfHost = (source: string, isReadOnly = false, target?: string) =>
  !isReadOnly && isPath(source) && folderOf(source, target) !== undefined ? source : undefined;
