import type Docker from 'dockerode';

/** What begins the names that each of the two gives. */
export interface Names {
  compose: string[];
  windlass: string[];
  installation: string;
}

type Data = Record<string, unknown>;
type Inspected = Docker.ContainerInspectInfo;

/**
 * The differences that are wanted, with the reason of each; everything else must be the same. They are taken out of what
 * the engine tells of both.
 */
const WANTED: { why: string; drop(container: { Config: Data; HostConfig: Data }): unknown }[] = [
  {
    why: 'a hostname that nobody wrote is the id of the container',
    drop: ({ Config }) => /^[0-9a-f]{12}$/.test(String(Config['Hostname'])) && delete Config['Hostname'],
  },
  {
    why: 'compose asks to see the output of what it makes; it changes nothing in the container',
    drop: ({ Config }) => ['AttachStdout', 'AttachStderr'].forEach((key) => delete Config[key]),
  },
  {
    why: 'where nothing is said, windlass has a container started again, or it would be gone with the next boot of its host',
    drop: ({ HostConfig }) =>
      ['', 'no', 'unless-stopped'].includes((HostConfig['RestartPolicy'] as { Name: string }).Name) &&
      delete HostConfig['RestartPolicy'],
  },
  {
    why: 'where nothing is said, windlass limits the log, or it would fill the disk of the host',
    drop: ({ HostConfig }) =>
      isDefaultLog(HostConfig['LogConfig'] as { Type: string; Config: Data }) && delete HostConfig['LogConfig'],
  },
  {
    why: 'the engine knows capabilities by two spellings',
    drop: ({ HostConfig }) => {
      for (const key of ['CapAdd', 'CapDrop'])
        HostConfig[key] = (HostConfig[key] as string[] | null)?.map((name) => name.replace(/^CAP_/, ''));
    },
  },
  {
    why: 'limits and hosts have no order',
    drop: ({ HostConfig }) => {
      (HostConfig['Ulimits'] as { Name: string }[] | null)?.sort((a, b) => (a.Name < b.Name ? -1 : 1));
      (HostConfig['ExtraHosts'] as string[] | null)?.sort();
    },
  },
  {
    why: 'each has networks of its own; which ones is compared by their names',
    drop: ({ HostConfig }) => HostConfig['NetworkMode'] !== 'none' && delete HostConfig['NetworkMode'],
  },
  {
    why: 'two ways to ask for the same mount; the mounts that come of it are compared',
    drop: ({ HostConfig }) => ['Binds', 'Mounts'].forEach((key) => delete HostConfig[key]),
  },
];

const isDefaultLog = ({ Type, Config }: { Type: string; Config: Data }) =>
  Type === 'json-file' && (Object.keys(Config ?? {}).length === 0 || Config['max-size'] === '10m');

export function normaliseContainer(inspected: Inspected, names: Names, files: string[]) {
  const { Config, HostConfig, Mounts, NetworkSettings } = structuredClone(inspected) as unknown as {
    Config: Data;
    HostConfig: Data;
    Mounts: Data[];
    NetworkSettings: { Networks: Record<string, { Aliases: string[] | null }> };
  };
  for (const { drop } of WANTED) drop({ Config, HostConfig });
  return {
    config: filled({
      ...Config,
      Labels: ownLabels(Config['Labels'] as Record<string, string>, names),
      Env: [...(Config['Env'] as string[])].sort(),
    }),
    host: filled(HostConfig),
    // What windlass puts into the container, compose mounts from the folder that it runs in; the content is compared.
    mounts: Mounts.filter(({ Destination }) => !files.includes(String(Destination)))
      .map((mount) => filled(withoutPlace(mount, names)))
      .sort((a, b) => (String(a['Destination']) < String(b['Destination']) ? -1 : 1)),
    networks: Object.fromEntries(
      Object.entries(NetworkSettings.Networks).map(([name, { Aliases }]) => [
        shorten(name, names),
        (Aliases ?? []).filter((alias) => !/^[0-9a-f]{12}$/.test(alias) && !isName(alias, names)).sort(),
      ]),
    ),
  };
}

function withoutPlace(whole: Data, names: Names): Data {
  const { Name, Source, ...mount } = whole;
  delete mount['Mode'];
  // How the mode is spelled follows from the way of asking; whether it can be written to is there by itself.
  return mount['Type'] === 'volume' ? { ...mount, Name: shorten(String(Name), names) } : { ...mount, Source };
}

export const normaliseNetwork = (inspected: Docker.NetworkInspectInfo, names: Names) => {
  const { Driver, Internal, EnableIPv6, EnableIPv4, Options, Labels, IPAM } = inspected as Docker.NetworkInspectInfo &
    Data;
  const { Driver: ipam, Options: ipamOptions } = IPAM as unknown as Data;
  return filled({
    Driver,
    Internal,
    EnableIPv6,
    Options,
    Labels: ownLabels(Labels, names),
    ipam,
    ipamOptions,
    EnableIPv4,
  });
};

export const normaliseVolume = ({ Driver, Options, Labels, Scope }: Docker.VolumeInspectInfo, names: Names) =>
  filled({ Driver, Options, Labels: ownLabels(Labels, names), Scope });

/** Each labels what it makes with words of its own. */
const ownLabels = (labels: Record<string, string> | null | undefined, { installation }: Names) =>
  Object.fromEntries(
    Object.entries(labels ?? {}).filter(
      ([key]) => !key.startsWith('com.docker.compose.') && !key.startsWith(`${installation}.`),
    ),
  );

const isName = (name: string, { compose, windlass }: Names) =>
  [...compose, ...windlass].some((prefix) => name.startsWith(prefix));

function shorten(name: string, { compose, windlass }: Names): string {
  const prefix = [...windlass, ...compose].find((one) => name.startsWith(one));
  const short = prefix === undefined ? name : name.slice(prefix.length);
  // The copy of the unnamed network has no name of its own.
  return /^same$/.test(short) ? 'default' : short;
}

/** Without what is empty: the engine has nothing, no entries and no text for the same. */
function filled(data: Data): Data {
  const isEmpty = (value: unknown) =>
    value === null ||
    value === undefined ||
    value === '' ||
    (typeof value === 'object' && Object.keys(value as object).length === 0);
  return Object.fromEntries(Object.entries(data).filter(([, value]) => !isEmpty(value)));
}
