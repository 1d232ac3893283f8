import type { Mount } from './container';
import { volumeName } from '../names';
import type { Service, Volume } from '../service';

/**
 * A place of data, comparable within a host: a volume's name on the engine, or a host folder's path. Only paths
 * start with a slash.
 */
export type Store = string;

export interface Keeping {
  store: Store;
  target: string;
  said: string;
  /** The part of the volume (`subpath`). */
  part?: string;
}

/** The part of a place that is mounted; '' for all of it. */
export const partOf = ({ part = '' }: Pick<Keeping, 'part'>): string => part.replace(/^[./]+|\/+$/g, '');

export const bare = (path: string) => path.replace(/(.)\/+$/, '$1');

export interface VolumeNames {
  project: string;
  volumes: Volume[];
}

/** Where a service keeps data: writable mounts that outlive its container. */
export const storesOf = (names: VolumeNames, { container }: Pick<Service, 'container'>): Keeping[] =>
  container.mounts.flatMap((mount) => {
    const store = storeOf(names, mount);
    const part = mount.type === 'volume' && mount.subpath ? { part: mount.subpath } : {};
    return store === undefined ? [] : [{ store, target: mount.target, said: textOf(mount), ...part }];
  });

export const keepsIn = (names: VolumeNames, service: Pick<Service, 'container'>, store: Store): boolean =>
  storesOf(names, service).some((one) => overlap(one.store, store));

/** Does a container with these writes cover every place of the service? */
export const writesAs = (
  names: VolumeNames,
  service: Pick<Service, 'container'>,
  writes: Pick<Keeping, 'store' | 'target'>[],
): boolean =>
  storesOf(names, service).every(({ store, target }) =>
    writes.some((one) => one.store === store && one.target === target),
  );

/** Are they equal, or one inside the other? */
export const overlap = (one: Store, other: Store): boolean =>
  one === other || isWithin(one, other) || isWithin(other, one);

const isWithin = (inner: Store, outer: Store) => inner.startsWith(outer === '/' ? '/' : `${outer}/`) && isPath(outer);
export const isPath = (store: Store) => store.startsWith('/');

/** A file system of the network, which every host has the same data of; see `storeOfVolume`. */
export const isOfNetwork = (store: Store) => /^(nfs4?|cifs|smb3?|glusterfs|ceph) /.test(store);

/** An anonymous volume the engine created for an image's VOLUME. */
export const isNameless = (store: Store) => /^[0-9a-f]{64}$/.test(store);

/** The name of a mount in compose file and manifest: the volume's name, or the path. */
export const textOf = (mount: Mount) =>
  mount.type === 'volume' ? mount.volume : mount.type === 'bind' ? mount.source : '';

function storeOf(names: VolumeNames, mount: Mount): Store | undefined {
  if (mount.type === 'tmpfs' || mount.readOnly) return undefined;
  if (mount.type === 'bind') return folderOf(mount.source, mount.target);
  const said = names.volumes.find(({ name }) => name === mount.volume);
  return storeOfVolume(nameOfVolume(names, mount.volume), said);
}

/** A volume's name on the engine, as docker compose names it. */
export function nameOfVolume({ project, volumes }: VolumeNames, volume: string): string {
  const said = volumes.find((one) => one.name === volume);
  return said?.external ?? said?.called ?? volumeName(project, volume);
}

/** Volumes by their names on an engine; false where it has none of that name, and `store` where it is known what they really are. */
export type FoundVolumes = Record<string, (Pick<Volume, 'driver' | 'options'> & { store?: Store }) | false>;

/**
 * The model with the volumes that a host has, by their names on the engine. What counts is what is there: an external volume
 * does not mention its device, and an existing one keeps its options whatever the compose file says.
 */
export const asFound = <T extends VolumeNames>(names: T, found: FoundVolumes = {}): T => ({
  ...names,
  volumes: names.volumes.map((said) => {
    const is = found[nameOfVolume(names, said.name)];
    return is && is.store !== undefined ? { ...said, driver: is.driver, options: is.options } : said;
  }),
});

/** A local volume with a device is that device under any name: `o: bind` makes it a host folder. */
export function storeOfVolume(name: string, { driver, options }: Pick<Volume, 'driver' | 'options'> = {}): Store {
  const { type = 'none', device, o = '' } = options ?? {};
  if (!device || (driver ?? 'local') !== 'local' || type === 'tmpfs') return name;
  const flags = o.split(',');
  if (flags.includes('bind') || flags.includes('rbind')) return normalise(device);
  const address = flags.find((flag) => flag.startsWith('addr='));
  return [type, address?.slice(5), device].filter(Boolean).join(' ');
}

const OF_THE_HOST =
  /^\/(dev|proc|sys|run|var\/run|tmp\/\.X11-unix|lib\/modules|etc\/(localtime|timezone|hosts|hostname|resolv\.conf|machine-id|passwd|group))(\/|$)/;
/** What the system and the engine write there themselves; a folder within is an application's. */
const WRITTEN_BY_HOST = /^\/var\/(log|lib\/docker(\/containers)?)$/;
/** The engine's own folder of a volume. */
const OF_VOLUME = /\/volumes\/([^/]+)\/_data(\/|$)/;
const SOCKET = /\.sock(et)?$/;
const FILE =
  /[^/]\.(conf|cnf|cfg|config|ini|ya?ml|json|toml|xml|properties|env|txt|md|list|crt|cer|pem|key|pub|sh|js|py|lua|php|html?|css|sql|log)$/i;

/** Where a container has files without a name that tells: settings, and secrets. */
const OF_FILES = /^\/(etc|run)\//;

/**
 * The host folder, or the volume whose folder it is, where a writable bind keeps data; undefined for other mounts. Judged by the names only: a path with
 * the extension of a settings file is a file if `target`, its place in the container, looks like one too.
 */
export function folderOf(source: string, target = source): Store | undefined {
  const path = normalise(source);
  const isFile = FILE.test(source) && (FILE.test(target) || OF_FILES.test(target));
  if (isFile || OF_THE_HOST.test(path) || WRITTEN_BY_HOST.test(path) || SOCKET.test(path)) return undefined;
  return OF_VOLUME.exec(path)?.[1] ?? path;
}

function normalise(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}
