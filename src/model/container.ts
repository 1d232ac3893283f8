import type { RestartPolicy } from './observed';

/**
 * What the engine needs to make a container: what a compose file says of a service, frozen. Names are compose's, in camel
 * case; times are milliseconds, sizes bytes; secrets are references in the text.
 */
export interface ContainerSpec extends ContainerSettings {
  environment: Record<string, string>;
  mounts: Mount[];
  /** Files that are put into the container before it starts. */
  files?: PlacedFile[];
  /** Published ports: an accessory's, and with `recreate` those that are no route; else a port becomes a route. */
  ports: PublishedPort[];
  /** Ports that it says it listens on, lowest first: `80/tcp`. The first of TCP is the default of a route. */
  expose: string[];
}

/** Settings that one key of compose makes each. `src/compose/settings.ts` reads them, the engine's driver translates them. */
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
  /** Devices that a driver gives, as those of gpus. */
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
  /** Memory and swap together; -1 is without limit. */
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

/** Either a command (as compose's `test`: `CMD`, `CMD-SHELL`) or switched off. */
export interface HealthCheck {
  test?: string[];
  disabled?: boolean;
  intervalMs?: number;
  timeoutMs?: number;
  retries?: number;
  startPeriodMs?: number;
  /** How often the engine asks while it starts; engines before 25 do not know it. */
  startIntervalMs?: number;
}

export interface Device {
  source: string;
  target: string;
  permissions: string;
}

export interface DeviceRequest {
  driver?: string;
  /** -1 is all of them. */
  count?: number;
  ids?: string[];
  capabilities: string[];
  options?: Record<string, string>;
}

/** Limits of what is read from and written to disks. */
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
  /** What the image has at that place is not copied into an empty volume. */
  noCopy?: boolean;
  /** A folder of the volume; engines before 26 do not know it. */
  subpath?: string;
}

export interface TmpfsMount {
  type: 'tmpfs';
  target: string;
  sizeBytes?: number;
  mode?: number;
  /** As the short form has them: `size=64m,mode=1777`. */
  options?: string;
}

export interface BindMount {
  type: 'bind';
  /** An absolute path of the host. */
  source: string;
  target: string;
  readOnly?: boolean;
  propagation?: string;
  /** What is mounted below it on the host is not seen. */
  nonRecursive?: boolean;
  /** `z` (shared) or `Z` (its own): the label that SELinux asks for. */
  selinux?: string;
}

/** A file of the release: either a text, in which secrets are references, or content of the registry by its digest. */
export interface PlacedFile {
  target: string;
  mode: number;
  uid?: number;
  gid?: number;
  text?: string;
  digest?: string;
  /** Where it lies in the repository. */
  from?: string;
}

export interface PublishedPort {
  container: number;
  /** A port of the host, or a range of which the engine takes a free one: `8080`, `8000-8005`. */
  host?: string;
  ip?: string;
  protocol: 'tcp' | 'udp' | 'sctp';
}
