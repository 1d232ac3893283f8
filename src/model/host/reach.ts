import { orderedPrograms } from './reserved-labels';
import type { ContainerSettings, ContainerSpec, Mount } from '../container/container';
import type { HostOptionKey } from './options';
import { cleanPath } from '../text/clean-path';
import type { Network, Service, Volume } from '../service';
import type { BuildSpec } from '../container/build';

/** An option that reaches beyond a plain container, with its value in the words of compose. */
export interface HostReach {
  key: HostOptionKey;
  value: string;
  of: string;
}

type Values<T> = (value: T) => string[];
type Reading<T> = [key: HostOptionKey, values: Values<T>] | 'plain';

const each: Values<string[]> = (values) => values;
const one: Values<string> = (value) => [value];
const isTrue: Values<boolean> = (value) => (value ? ['true'] : []);
const but =
  (...plain: string[]): Values<string> =>
  (value) =>
    plain.includes(value) ? [] : [value];

const SETTINGS: { [Field in keyof ContainerSettings]-?: Reading<NonNullable<ContainerSettings[Field]>> } = {
  annotations: ['annotations', Object.keys],
  blkio: 'plain',
  capAdd: ['cap_add', each],
  capDrop: 'plain',
  cgroup: ['cgroup', but('private')],
  cgroupParent: ['cgroup_parent', one],
  command: 'plain',
  cpuCount: 'plain',
  cpuPercent: 'plain',
  cpuPeriod: 'plain',
  cpuQuota: 'plain',
  cpuRtPeriod: 'plain',
  cpuRtRuntime: ['realtime', (time) => (time > 0 ? ['cpu_rt_runtime'] : [])],
  cpuShares: 'plain',
  cpus: 'plain',
  cpuset: 'plain',
  deviceCgroupRules: ['device_cgroup_rules', each],
  deviceRequests: [
    'gpus',
    (requests) =>
      requests.flatMap(({ ids, driver, capabilities }) =>
        ids?.length ? ids : [driver ?? (capabilities.join(',') || 'gpu')],
      ),
  ],
  devices: ['devices', (devices) => devices.map(({ source }) => cleanPath(source))],
  dns: 'plain',
  dnsOpt: 'plain',
  dnsSearch: 'plain',
  domainname: 'plain',
  entrypoint: 'plain',
  extraHosts: 'plain',
  groupAdd: 'plain',
  healthcheck: 'plain',
  hostname: 'plain',
  init: 'plain',
  ipc: ['ipc', but('private', 'none', 'shareable')],
  isolation: 'plain',
  labels: ['labels', orderedPrograms],
  logging: ['logging', ({ driver }) => but('json-file', 'local', 'none')(driver)],
  memoryBytes: 'plain',
  memoryReservationBytes: 'plain',
  memorySwapBytes: 'plain',
  memorySwappiness: 'plain',
  // Another service of the same release is no stranger.
  networkMode: ['network_mode', (mode) => (mode.startsWith('service:') ? [] : but('none', 'bridge', 'default')(mode))],
  oomKillDisable: ['oom', (disabled) => (disabled ? ['oom_kill_disable'] : [])],
  oomScoreAdj: ['oom', (score) => (score < 0 ? ['oom_score_adj'] : [])],
  pid: ['pid', one],
  pidsLimit: 'plain',
  privileged: ['privileged', isTrue],
  readOnly: 'plain',
  restart: 'plain',
  runtime: ['runtime', one],
  securityOpt: [
    'security_opt',
    (options) => options.filter((option) => !/^no-new-privileges([:=]true)?$/.test(option)),
  ],
  shmSizeBytes: 'plain',
  stdinOpen: 'plain',
  stopGraceMs: 'plain',
  stopSignal: 'plain',
  storageOpt: 'plain',
  // The engine takes only those of the container's own namespaces.
  sysctls: 'plain',
  tty: 'plain',
  ulimits: 'plain',
  user: 'plain',
  usernsMode: ['userns_mode', one],
  uts: ['uts', one],
  workingDir: 'plain',
};

/** Everything that an environment's containers, networks and volumes have of their hosts. */
export const hostReach = (environment: {
  services: Service[];
  networks: Network[];
  volumes: Volume[];
}): HostReach[] => [
  ...environment.services.flatMap(({ name, container }) => reachOfContainer(`service ${name}`, container)),
  ...environment.networks.flatMap(reachOfNetwork),
  ...environment.volumes.flatMap(reachOfVolume),
];

/** What reaches the host beside the ports, which people see in the compose file: a sentence for each that has it. */
export function describeReach(reach: HostReach[]): string[] {
  const all = reach.filter(({ key }) => key !== 'ports');
  return [...new Set(all.map(({ of }) => of))].map((of) => {
    const said = all.filter((one) => one.of === of).map(({ key, value }) => `${key} ${value}`);
    return `${of} reaches beyond a plain container: ${[...new Set(said)].join(', ')}`;
  });
}

function reachOfContainer(of: string, container: ContainerSpec): HostReach[] {
  const settings = (Object.keys(SETTINGS) as (keyof ContainerSettings)[]).flatMap((field) => {
    const [reading, value] = [SETTINGS[field], container[field]];
    if (reading === 'plain' || value === undefined) return [];
    const [key, values] = reading as [HostOptionKey, Values<unknown>];
    return values(value).map((said) => ({ key, value: said, of }));
  });
  const ports = container.ports.flatMap(({ host, ip }) =>
    host === undefined ? [] : [{ key: 'ports' as const, value: ip ? `${ip}:${host}` : host, of }],
  );
  const { postStart = [], preStop = [] } = container.hooks ?? {};
  const hooks = [...postStart, ...preStop].some(({ privileged }) => privileged)
    ? [{ key: 'privileged' as const, value: 'hook', of }]
    : [];
  return [...settings, ...hooks, ...container.mounts.flatMap((mount) => reachOfMount(mount, of)), ...ports];
}

function reachOfMount(mount: Mount, of: string): HostReach[] {
  if (mount.type !== 'bind') return [];
  const { source, propagation } = mount;
  const spreads = propagation !== undefined && !['rprivate', 'private'].includes(propagation);
  return [
    { key: 'binds', value: cleanPath(source), of },
    ...(spreads ? [{ key: 'propagation' as const, value: propagation, of }] : []),
  ];
}

const reachOfNetwork = ({ name, external, options = {} }: Network): HostReach[] => [
  ...(external === undefined ? [] : [{ key: 'networks' as const, value: external, of: `network ${name}` }]),
  ...Object.keys(options).map((option) => ({ key: 'network_options' as const, value: option, of: `network ${name}` })),
];

function reachOfVolume({ name, external, called, driver, options = {} }: Volume): HostReach[] {
  const of = `volume ${name}`;
  const named = external ?? called;
  return [
    ...(named === undefined ? [] : [{ key: 'volumes' as const, value: named, of }]),
    ...(driver === undefined || driver === 'local' ? [] : [{ key: 'volume_options' as const, value: driver, of }]),
    ...reachOfOptions(options, of),
  ];
}

function reachOfOptions(options: Record<string, string>, of: string): HostReach[] {
  const { type = 'none', o = '', device = '' } = options;
  if (Object.keys(options).length === 0) return [];
  if (o.split(',').some((flag) => /^\s*r?bind\s*$/i.test(flag)))
    return [{ key: 'binds', value: cleanPath(device), of }];
  return type === 'tmpfs' ? [] : [{ key: 'volume_options', value: `${type}:${device}`, of }];
}

/** Everything that a build has of the worker and of others. */
export function reachOfBuild({ service, network, buildx = {} }: BuildSpec): HostReach[] {
  const said: Partial<Record<HostOptionKey, string[]>> = {
    build_ssh: buildx.ssh,
    build_entitlements: buildx.allow,
    build_network: network === undefined || ['default', 'none'].includes(network) ? [] : [network],
    build_contexts: buildx.contexts?.flatMap((context) => ('from' in context ? context.from : [])),
    build_cache: [...(buildx.cacheFrom ?? []), ...(buildx.cacheTo ?? [])],
  };
  return Object.entries(said).flatMap(([key, values = []]) =>
    values.map((value) => ({ key: key as HostOptionKey, value, of: `build of ${service}` })),
  );
}
