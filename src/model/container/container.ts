/**
 * What the engine needs for a container: a frozen compose service. Names are compose's in camel case; times are
 * milliseconds, sizes bytes; secrets are references in texts.
 */
export interface ContainerSpec extends ContainerSettings {
  environment: Record<string, string>;
  mounts: Mount[];
  files?: PlacedFile[];
  hooks?: Hooks;
  ports: PublishedPort[];
  /** Declared ports, lowest first: `80/tcp`. The first TCP port is a route's default. */
  expose: string[];
}

export interface Hooks {
  postStart?: Hook[];
  preStop?: Hook[];
}

export interface Hook {
  command: string[];
  user?: string;
  privileged?: boolean;
  workingDir?: string;
  environment?: Record<string, string>;
}

/** Settings with one compose key each. `src/compose/service/settings.ts` reads them, the engine's driver translates them. */
export interface ContainerSettings {
  annotations?: Record<string, string>;
  blkio?: BlockIo;
  capAdd?: string[];
  capDrop?: string[];
  cgroup?: string;
  cgroupParent?: string;
  command?: string[];
  cpuCount?: number;
  cpuPercent?: number;
  cpuPeriod?: number;
  cpuQuota?: number;
  cpuRtPeriod?: number;
  cpuRtRuntime?: number;
  cpuShares?: number;
  cpus?: number;
  cpuset?: string;
  deviceCgroupRules?: string[];
  deviceRequests?: DeviceRequest[];
  devices?: Device[];
  dns?: string[];
  dnsOpt?: string[];
  dnsSearch?: string[];
  domainname?: string;
  entrypoint?: string[];
  extraHosts?: string[];
  groupAdd?: string[];
  healthcheck?: HealthCheck;
  hostname?: string;
  init?: boolean;
  ipc?: string;
  isolation?: string;
  labels?: Record<string, string>;
  logging?: { driver: string; options: Record<string, string> };
  memoryBytes?: number;
  memoryReservationBytes?: number;
  memorySwapBytes?: number;
  memorySwappiness?: number;
  networkMode?: string;
  oomKillDisable?: boolean;
  oomScoreAdj?: number;
  pid?: string;
  pidsLimit?: number;
  privileged?: boolean;
  readOnly?: boolean;
  restart?: RestartPolicy;
  runtime?: string;
  securityOpt?: string[];
  shmSizeBytes?: number;
  stdinOpen?: boolean;
  stopGraceMs?: number;
  stopSignal?: string;
  storageOpt?: Record<string, string>;
  sysctls?: Record<string, string>;
  tty?: boolean;
  ulimits?: { name: string; soft: number; hard: number }[];
  user?: string;
  usernsMode?: string;
  uts?: string;
  workingDir?: string;
}

export interface HealthCheck {
  test?: string[];
  disabled?: boolean;
  intervalMs?: number;
  timeoutMs?: number;
  retries?: number;
  startPeriodMs?: number;
  startIntervalMs?: number;
}

export interface Device {
  source: string;
  target: string;
  permissions: string;
}

export interface DeviceRequest {
  driver?: string;
  count?: number;
  ids?: string[];
  capabilities: string[];
  options?: Record<string, string>;
}

export interface BlockIo {
  weight?: number;
  weightDevice?: { path: string; weight: number }[];
  readBps?: DeviceRate[];
  readIops?: DeviceRate[];
  writeBps?: DeviceRate[];
  writeIops?: DeviceRate[];
}

export interface DeviceRate {
  path: string;
  rate: number;
}

export type Mount = VolumeMount | TmpfsMount | BindMount;

export interface VolumeMount {
  type: 'volume';
  volume: string;
  target: string;
  readOnly?: boolean;
  noCopy?: boolean;
  subpath?: string;
}

export interface TmpfsMount {
  type: 'tmpfs';
  target: string;
  sizeBytes?: number;
  mode?: number;
  options?: string;
}

export interface BindMount {
  type: 'bind';
  source: string;
  target: string;
  readOnly?: boolean;
  propagation?: string;
  nonRecursive?: boolean;
  selinux?: string;
}

/** A file of the release: a text with secret references, or content in the registry by digest. */
export interface PlacedFile {
  target: string;
  mode: number;
  uid?: number;
  gid?: number;
  text?: string;
  digest?: string;
  from?: string;
}

export interface PublishedPort {
  container: number;
  host?: string;
  ip?: string;
  protocol: 'tcp' | 'udp' | 'sctp';
}

export type ContainerState = 'created' | 'running' | 'restarting' | 'paused' | 'exited' | 'dead' | 'removing';

/** The engine's restart policy; `times` limits `on-failure`. */
export interface RestartPolicy {
  name: 'no' | 'always' | 'unless-stopped' | 'on-failure';
  times?: number;
}
