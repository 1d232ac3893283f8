import type {
  RestartPolicy,
  BindMount,
  BlockIo,
  ContainerSettings,
  ContainerSpec,
  DeviceRate,
  HealthCheck,
  Mount,
  PublishedPort,
} from '../../../../src/model/container/container';

export interface TranslateOptions {
  volumes: Record<string, string>;
  oneOff?: boolean;
}

/** Defaults where compose says nothing: restarts, and bounded logs, because unbounded ones fill the disk. */
const ALWAYS: RestartPolicy = { name: 'unless-stopped' };
const DEFAULTS: ContainerSettings = {
  restart: ALWAYS,
  logging: { driver: 'json-file', options: { 'max-size': '10m', 'max-file': '3' } },
};
const ONE_OFF: ContainerSettings = { restart: { name: 'no' }, healthcheck: { disabled: true } };

const UNCONFINED = 'systempaths=unconfined';

type EngineSection = 'config' | 'host';
interface Mapping<T> {
  part: EngineSection;
  say(value: T): Record<string, unknown>;
}
const word =
  (part: EngineSection) =>
  <T>(name: string, convert: (value: T) => unknown = (value) => value): Mapping<T> => ({
    part,
    say: (value) => ({ [name]: convert(value) }),
  });
const config = word('config');
const host = word('host');

const WORDS: { [Field in keyof ContainerSettings]-?: Mapping<NonNullable<ContainerSettings[Field]>> } = {
  annotations: host('Annotations'),
  blkio: { part: 'host', say: translateBlockIo },
  capAdd: host('CapAdd'),
  capDrop: host('CapDrop'),
  cgroup: host('CgroupnsMode'),
  cgroupParent: host('CgroupParent'),
  command: config('Cmd'),
  cpuCount: host('CpuCount'),
  cpuPercent: host('CpuPercent', (percent) => Math.round(percent * 100)),
  cpuPeriod: host('CpuPeriod'),
  cpuQuota: host('CpuQuota'),
  cpuRtPeriod: host('CpuRealtimePeriod'),
  cpuRtRuntime: host('CpuRealtimeRuntime'),
  cpuShares: host('CpuShares'),
  cpus: host('NanoCpus', (cpus) => Math.round(cpus * 1e9)),
  cpuset: host('CpusetCpus'),
  deviceCgroupRules: host('DeviceCgroupRules'),
  deviceRequests: host('DeviceRequests', (requests) =>
    requests.map(({ driver, count, ids, capabilities, options }) =>
      defined({ Driver: driver, Count: count, DeviceIDs: ids, Capabilities: [capabilities], Options: options }),
    ),
  ),
  devices: host('Devices', (devices) =>
    devices.map(({ source, target, permissions }) => ({
      PathOnHost: source,
      PathInContainer: target,
      CgroupPermissions: permissions,
    })),
  ),
  dns: host('Dns'),
  dnsOpt: host('DnsOptions'),
  dnsSearch: host('DnsSearch'),
  domainname: config('Domainname'),
  entrypoint: config('Entrypoint'),
  extraHosts: host('ExtraHosts'),
  groupAdd: host('GroupAdd'),
  healthcheck: config('Healthcheck', translateHealthcheck),
  hostname: config('Hostname'),
  init: host('Init'),
  ipc: host('IpcMode'),
  isolation: host('Isolation'),
  labels: config('Labels'),
  logging: host('LogConfig', ({ driver, options }) => ({ Type: driver, Config: options })),
  memoryBytes: host('Memory'),
  memoryReservationBytes: host('MemoryReservation'),
  memorySwapBytes: host('MemorySwap'),
  memorySwappiness: host('MemorySwappiness'),
  networkMode: host('NetworkMode'),
  oomKillDisable: host('OomKillDisable'),
  oomScoreAdj: host('OomScoreAdj'),
  pid: host('PidMode'),
  pidsLimit: host('PidsLimit'),
  privileged: host('Privileged'),
  readOnly: host('ReadonlyRootfs'),
  restart: host('RestartPolicy', engineRestart),
  runtime: host('Runtime'),
  securityOpt: { part: 'host', say: translateSecurity },
  shmSizeBytes: host('ShmSize'),
  stdinOpen: config('OpenStdin'),
  stopGraceMs: config('StopTimeout', (ms) => Math.ceil(ms / 1_000)),
  stopSignal: config('StopSignal'),
  storageOpt: host('StorageOpt'),
  sysctls: host('Sysctls'),
  tty: config('Tty'),
  ulimits: host('Ulimits', (limits) => limits.map(({ name, soft, hard }) => ({ Name: name, Soft: soft, Hard: hard }))),
  user: config('User'),
  usernsMode: host('UsernsMode'),
  uts: host('UTSMode'),
  workingDir: config('WorkingDir'),
};

/** A compose service as engine options: `config` of a `ContainerMake`. Secrets in its texts must be resolved. */
export function translateService(spec: ContainerSpec, { volumes, oneOff }: TranslateOptions): Record<string, unknown> {
  const settings: ContainerSettings = { ...DEFAULTS, ...spec, ...(oneOff && ONE_OFF) };
  const ports = oneOff ? [] : spec.ports;
  return defined({
    ...translateSettings(settings, 'config'),
    Env: Object.entries(spec.environment).map(([name, value]) => `${name}=${value}`),
    ExposedPorts: exposedPorts(spec.expose, ports),
    HostConfig: defined({
      ...translateSettings(settings, 'host'),
      ...translateMounts(spec.mounts, volumes),
      PortBindings: portBindings(ports),
    }),
  });
}

function translateSettings(settings: ContainerSettings, part: EngineSection): Record<string, unknown> {
  const fields = Object.keys(WORDS) as (keyof ContainerSettings)[];
  const said = fields.flatMap((field) => {
    const { part: own, say } = WORDS[field] as Mapping<unknown>;
    return own === part && settings[field] !== undefined ? [say(settings[field])] : [];
  });
  return Object.assign({}, ...said) as Record<string, unknown>;
}

/** The restart policy: compose's, otherwise unless stopped on purpose. */
export const restartPolicyOf = ({ restart = ALWAYS }: ContainerSettings): RestartPolicy => restart;

export function engineRestart({ name, times }: RestartPolicy) {
  return { Name: name, ...(times !== undefined && { MaximumRetryCount: times }) };
}

export function translateHealthcheck(check: HealthCheck) {
  if (check.disabled) return { Test: ['NONE'] };
  return defined({
    Test: check.test,
    Interval: nanoseconds(check.intervalMs),
    Timeout: nanoseconds(check.timeoutMs),
    StartPeriod: nanoseconds(check.startPeriodMs),
    StartInterval: nanoseconds(check.startIntervalMs),
    Retries: check.retries,
  });
}

function translateSecurity(options: string[]): Record<string, unknown> {
  const unconfined = options.includes(UNCONFINED) && { MaskedPaths: [], ReadonlyPaths: [] };
  return { SecurityOpt: options.filter((option) => option !== UNCONFINED), ...unconfined };
}

function translateBlockIo(io: BlockIo): Record<string, unknown> {
  const rates = (some: DeviceRate[] | undefined) => some?.map(({ path, rate }) => ({ Path: path, Rate: rate }));
  return defined({
    BlkioWeight: io.weight,
    BlkioWeightDevice: io.weightDevice?.map(({ path, weight }) => ({ Path: path, Weight: weight })),
    BlkioDeviceReadBps: rates(io.readBps),
    BlkioDeviceReadIOps: rates(io.readIops),
    BlkioDeviceWriteBps: rates(io.writeBps),
    BlkioDeviceWriteIOps: rates(io.writeIops),
  });
}

function translateMounts(all: Mount[], volumes: Record<string, string>) {
  const binds = all.filter((mount): mount is BindMount => mount.type === 'bind' && mount.selinux !== undefined);
  const tmpfs = all.flatMap((mount) =>
    mount.type === 'tmpfs' && mount.options !== undefined ? [[mount.target, mount.options]] : [],
  );
  const others = all.filter((mount) => !('selinux' in mount || 'options' in mount));
  return {
    Mounts: others.map((mount) => translateMount(mount, volumes)),
    ...(binds.length > 0 && { Binds: binds.map(bindText) }),
    ...(tmpfs.length > 0 && { Tmpfs: Object.fromEntries(tmpfs) as Record<string, string> }),
  };
}

const bindText = ({ source, target, readOnly, selinux, propagation }: BindMount) =>
  `${source}:${target}:${[readOnly ? 'ro' : 'rw', selinux, propagation].filter(Boolean).join()}`;

function translateMount(mount: Mount, volumes: Record<string, string>) {
  const common = { Type: mount.type, Target: mount.target };
  switch (mount.type) {
    case 'tmpfs':
      return withOptions(common, 'TmpfsOptions', { SizeBytes: mount.sizeBytes, Mode: mount.mode });
    case 'bind': {
      const options = { Propagation: mount.propagation, NonRecursive: mount.nonRecursive };
      return withOptions(
        { ...common, Source: mount.source, ReadOnly: mount.readOnly ?? false },
        'BindOptions',
        options,
      );
    }
    case 'volume': {
      const Source = volumes[mount.volume];
      if (Source === undefined)
        throw new Error(`the volume ${mount.volume} of ${mount.target} has no name on the engine`);
      const options = { NoCopy: mount.noCopy, Subpath: mount.subpath };
      return withOptions({ ...common, Source, ReadOnly: mount.readOnly ?? false }, 'VolumeOptions', options);
    }
  }
}

function withOptions(mount: object, name: string, options: Record<string, unknown>) {
  const given = defined(options);
  return Object.keys(given).length > 0 ? { ...mount, [name]: given } : mount;
}

function exposedPorts(expose: string[], ports: PublishedPort[]): Record<string, object> | undefined {
  const all = [...expose, ...ports.map((port) => `${port.container}/${port.protocol}`)];
  return all.length > 0 ? Object.fromEntries(all.map((port) => [port, {}])) : undefined;
}

function portBindings(ports: PublishedPort[]): Record<string, { HostIp: string; HostPort: string }[]> | undefined {
  if (ports.length === 0) return undefined;
  const bindings: Record<string, { HostIp: string; HostPort: string }[]> = {};
  for (const { container, protocol, ip = '', host: port = '' } of ports)
    (bindings[`${container}/${protocol}`] ??= []).push({ HostIp: ip, HostPort: port });
  return bindings;
}

export const nanoseconds = (ms: number | undefined) => (ms === undefined ? undefined : Math.round(ms * 1e6));

/** Drops keys without a value, because the engine sometimes reads a null as a setting. */
export function defined(words: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(words).filter(([, value]) => value !== undefined));
}
