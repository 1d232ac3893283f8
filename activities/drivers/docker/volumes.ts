import { folderOf, overlap, type Store, storeOfVolume } from '../../../src/model/container/data';
import type { ContainerState, Engine, VolumeMake, WritingContainer } from './engine';
import { ask, askUnless, type Host } from './host';

type Volumes = Pick<Engine, 'inspectVolume' | 'createVolume' | 'listAll'>;

/** The volumes of a host, and which containers write to them. */
export const volumesOf = (host: Host): Volumes => ({
  inspectVolume: (name) => inspectVolume(host, name),
  createVolume: (make) => createVolume(host, make),
  listAll: () => listAll(host),
});

async function inspectVolume(host: Host, name: string) {
  const found = await askUnless(host, [404], `inspect volume ${name}`, () => host.docker.getVolume(name).inspect());
  return found && { labels: found.Labels ?? {}, driver: found.Driver, options: found.Options ?? {} };
}

async function createVolume(host: Host, make: VolumeMake): Promise<void> {
  await ask(host, `create volume ${make.name}`, () =>
    host.docker.createVolume({
      Name: make.name,
      Labels: make.labels,
      ...(make.driver && { Driver: make.driver }),
      ...(make.options && { DriverOpts: make.options }),
    }),
  );
}

interface Listed {
  Name: string;
  Driver: string;
  Options: Record<string, string> | null;
  Mountpoint: string;
}

interface Mounted {
  Type: string;
  Name?: string;
  Source: string;
  Destination: string;
  RW: boolean;
}

async function listAll(host: Host): Promise<WritingContainer[]> {
  const [containers, found] = await Promise.all([
    ask(host, 'list containers', () => host.docker.listContainers({ all: true })),
    ask(host, 'list volumes', () => host.docker.listVolumes()),
  ]);
  const volumes = (found.Volumes ?? []) as Listed[];
  return containers.map(({ Id, Names, Labels, State, Mounts }) => ({
    id: Id,
    // A symbolic link's name has a second slash.
    name: Names.map((name) => name.slice(1)).find((name) => !name.includes('/')) ?? Id,
    labels: Labels ?? {},
    state: State as ContainerState['state'],
    writes: (Mounts as Mounted[]).flatMap((mount) => {
      const store = storeOf(mount, volumes);
      const isElsewhere = mount.Type === 'volume' && mount.Name !== store;
      return store === undefined
        ? []
        : [{ target: mount.Destination, store, ...(isElsewhere && { volume: mount.Name }) }];
    }),
  }));
}

function storeOf({ Type, Name, Source, Destination, RW }: Mounted, volumes: Listed[]): Store | undefined {
  if (!RW) return undefined;
  if (Type === 'volume' && Name) return storeOfListed(volumes.find((one) => one.Name === Name)) ?? Name;
  const folder = Type === 'bind' ? folderOf(Source, Destination) : undefined;
  // The engine's own folder of a volume is that volume.
  const volume = volumes.find(
    ({ Mountpoint }) => folder && Mountpoint && folder.length >= Mountpoint.length && overlap(folder, Mountpoint),
  );
  return storeOfListed(volume) ?? folder;
}

const storeOfListed = (volume: Listed | undefined): Store | undefined =>
  volume && storeOfVolume(volume.Name, { driver: volume.Driver, options: volume.Options ?? {} });
