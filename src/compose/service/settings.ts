import type {
  RestartPolicy,
  BlockIo,
  ContainerSettings,
  Device,
  DeviceRate,
  DeviceRequest,
} from '../../model/container/container';
import { readHealthcheck } from './health';
import type { ComposeDeploy, ComposeService, ComposeUlimits } from '../model';
import { toBytes, toMs, toNumber } from '../units';

interface Setting<T> {
  key: string;
  /** Undefined where nobody wrote it, so that the image's or the engine's default applies. */
  read(service: ComposeService): T | undefined;
}

const as =
  <T>(convert: (written: unknown) => T | undefined) =>
  (key: string): Setting<T> => ({ key, read: (service) => convert(service[key] ?? undefined) });
const text = as((written) => written as string | undefined);
const flag = as((written) => written as boolean | undefined);
const number = as(toNumber);
const bytes = as(toBytes);
const map = as((written) => written as Record<string, string> | undefined);
const list = as((written) => ((written as string[] | undefined)?.length ? (written as string[]) : undefined));
const words = as((written) => written as string[] | undefined);

const limits = ({ deploy }: ComposeService) => deploy?.resources?.limits ?? {};
const reservations = ({ deploy }: ComposeService) => deploy?.resources?.reservations ?? {};

/** Every key that is carried unchanged; a missing one does not compile. */
export const SETTINGS: { [Field in keyof ContainerSettings]-?: Setting<ContainerSettings[Field]> } = {
  annotations: map('annotations'),
  blkio: { key: 'blkio_config', read: (service) => readBlkio(service['blkio_config'] as ComposeBlkio | undefined) },
  capAdd: list('cap_add'),
  capDrop: list('cap_drop'),
  cgroup: text('cgroup'),
  cgroupParent: text('cgroup_parent'),
  command: words('command'),
  cpuCount: number('cpu_count'),
  cpuPercent: number('cpu_percent'),
  cpuPeriod: number('cpu_period'),
  cpuQuota: number('cpu_quota'),
  cpuRtPeriod: number('cpu_rt_period'),
  cpuRtRuntime: number('cpu_rt_runtime'),
  cpuShares: number('cpu_shares'),
  // Limits are under deploy or in the older keys; compose refuses contradictions.
  cpus: { key: 'cpus', read: (service) => toNumber(limits(service).cpus ?? service['cpus']) },
  cpuset: text('cpuset'),
  deviceCgroupRules: list('device_cgroup_rules'),
  deviceRequests: { key: 'gpus', read: readDeviceRequests },
  devices: { key: 'devices', read: readDevices },
  dns: list('dns'),
  dnsOpt: list('dns_opt'),
  dnsSearch: list('dns_search'),
  domainname: text('domainname'),
  entrypoint: words('entrypoint'),
  extraHosts: { key: 'extra_hosts', read: ({ extra_hosts }) => extra_hosts?.map(asEngineHost) },
  groupAdd: list('group_add'),
  healthcheck: { key: 'healthcheck', read: ({ healthcheck }) => readHealthcheck(healthcheck) },
  hostname: text('hostname'),
  init: flag('init'),
  ipc: text('ipc'),
  isolation: text('isolation'),
  labels: map('labels'),
  logging: {
    key: 'logging',
    read: ({ logging }) => logging && { driver: logging.driver ?? 'json-file', options: logging.options ?? {} },
  },
  memoryBytes: { key: 'mem_limit', read: (service) => toBytes(limits(service).memory ?? service['mem_limit']) },
  memoryReservationBytes: {
    key: 'mem_reservation',
    read: (service) => toBytes(reservations(service).memory ?? service['mem_reservation']),
  },
  memorySwapBytes: bytes('memswap_limit'),
  memorySwappiness: number('mem_swappiness'),
  networkMode: text('network_mode'),
  oomKillDisable: flag('oom_kill_disable'),
  oomScoreAdj: number('oom_score_adj'),
  pid: text('pid'),
  pidsLimit: { key: 'pids_limit', read: (service) => toNumber(limits(service).pids ?? service['pids_limit']) },
  privileged: flag('privileged'),
  readOnly: flag('read_only'),
  restart: { key: 'restart', read: readRestart },
  runtime: text('runtime'),
  securityOpt: list('security_opt'),
  shmSizeBytes: bytes('shm_size'),
  stdinOpen: flag('stdin_open'),
  stopGraceMs: { key: 'stop_grace_period', read: ({ stop_grace_period: grace }) => (grace ? toMs(grace) : undefined) },
  stopSignal: text('stop_signal'),
  storageOpt: map('storage_opt'),
  sysctls: map('sysctls'),
  tty: flag('tty'),
  ulimits: { key: 'ulimits', read: ({ ulimits }) => ulimits && ulimitsOf(ulimits) },
  user: text('user'),
  usernsMode: text('userns_mode'),
  uts: text('uts'),
  workingDir: text('working_dir'),
};

/** The carried settings of a service, without unset ones. */
export function readSettings(service: ComposeService): ContainerSettings {
  const read = Object.entries(SETTINGS).map(([field, setting]) => [field, setting.read(service)] as const);
  return Object.fromEntries(read.filter(([, value]) => value !== undefined));
}

/** Compose writes `name=address`, the engine reads `name:address`. */
export const asEngineHost = (entry: string) => entry.replace('=', ':');

/** `nofile: 100` sets both limits. */
export const ulimitsOf = (limits: ComposeUlimits) =>
  Object.entries(limits).map(([name, limit]) =>
    typeof limit === 'number' ? { name, soft: limit, hard: limit } : { name, soft: limit.soft, hard: limit.hard },
  );

const CONDITIONS: Record<string, RestartPolicy['name']> = { any: 'always', none: 'no', 'on-failure': 'on-failure' };

/** `deploy.restart_policy`, otherwise `restart: on-failure:3`, like compose. */
function readRestart({ restart, deploy }: ComposeService): RestartPolicy | undefined {
  const policy: ComposeDeploy['restart_policy'] = deploy?.restart_policy;
  const [said, attempts] = typeof restart === 'string' ? restart.split(':') : [];
  if (!policy && !said) return undefined;
  const name = policy ? CONDITIONS[policy.condition ?? 'any']! : (said as RestartPolicy['name']);
  const times = policy ? policy.max_attempts : toNumber(attempts);
  return { name, ...(name === 'on-failure' && times !== undefined && { times }) };
}

const isCdi = ({ source, target }: Device) => source === target && /^[\w.-]+\/[\w.-]+=/.test(source);

const devicesOf = (service: ComposeService) => (service['devices'] ?? []) as Device[];

function readDevices(service: ComposeService): Device[] | undefined {
  const devices = devicesOf(service).filter((device) => !isCdi(device));
  return devices.length > 0 ? devices : undefined;
}

interface ComposeDeviceRequest {
  driver?: string;
  count?: number | string;
  device_ids?: string[];
  capabilities?: string[];
  options?: Record<string, string>;
}

function readDeviceRequests(service: ComposeService): DeviceRequest[] | undefined {
  const cdi = devicesOf(service)
    .filter(isCdi)
    .map(({ source }) => source);
  const reserved = (reservations(service).devices ?? []) as ComposeDeviceRequest[];
  const gpus = (service['gpus'] ?? []) as ComposeDeviceRequest[];
  const all = [
    ...reserved.map((request) => deviceRequest(request, request.capabilities ?? [])),
    ...(cdi.length > 0 ? [{ driver: 'cdi', ids: cdi, capabilities: [] }] : []),
    ...gpus.map((request) => deviceRequest(request, [...(request.capabilities ?? []), 'gpu'])),
  ];
  return all.length > 0 ? all : undefined;
}

const deviceRequest = (
  { driver, count, device_ids, options }: ComposeDeviceRequest,
  capabilities: string[],
): DeviceRequest => ({
  ...(driver && { driver }),
  ...(count !== undefined && { count: Number(count) }),
  ...(device_ids && { ids: device_ids }),
  capabilities,
  ...(options && { options }),
});

interface ComposeBlkio {
  weight?: number;
  weight_device?: ComposeRate[];
  device_read_bps?: ComposeRate[];
  device_read_iops?: ComposeRate[];
  device_write_bps?: ComposeRate[];
  device_write_iops?: ComposeRate[];
}
interface ComposeRate {
  Path: string;
  Rate?: string | number;
  Weight?: number;
}

function readBlkio(written: ComposeBlkio | undefined): BlockIo | undefined {
  if (!written) return undefined;
  const rates = (some: ComposeRate[] | undefined): DeviceRate[] | undefined =>
    some?.map(({ Path, Rate }) => ({ path: Path, rate: Number(Rate) }));
  return {
    ...(written.weight !== undefined && { weight: written.weight }),
    ...(written.weight_device && {
      weightDevice: written.weight_device.map(({ Path, Weight = 0 }) => ({ path: Path, weight: Weight })),
    }),
    ...(written.device_read_bps && { readBps: rates(written.device_read_bps) }),
    ...(written.device_read_iops && { readIops: rates(written.device_read_iops) }),
    ...(written.device_write_bps && { writeBps: rates(written.device_write_bps) }),
    ...(written.device_write_iops && { writeIops: rates(written.device_write_iops) }),
  };
}
