import type { ContainerSettings, ContainerSpec, Mount, PublishedPort } from '../../../src/model/container/container';
import type { NodePlacement } from '../../../src/model/service';
import { defined, nanoseconds, translateHealthcheck } from '../docker/containers/translate';
import type { ServiceWords, TaskWords } from './swarm';

export interface SetMake {
  name: string;
  image: string;
  labels: Record<string, string>;
  container: ContainerSpec;
  /** By the model's names. */
  volumes: Record<string, VolumeMake>;
  files: ContentFile[];
  networks: { name: string; aliases: string[] }[];
  placement?: NodePlacement;
  replicas: number;
  /** It runs once, to its end. */
  isJob?: boolean;
}

export interface VolumeMake {
  name: string;
  labels: Record<string, string>;
  driver?: string;
  options?: Record<string, string>;
}

/** A Swarm secret or config as a file of the container. */
export interface ContentFile {
  kind: 'secrets' | 'configs';
  id: string;
  name: string;
  target: string;
  mode: number;
  uid?: number;
  gid?: number;
}

/** Bounded, because unbounded logs fill the disk. */
const LOGGING = { driver: 'json-file', options: { 'max-size': '10m', 'max-file': '3' } };
/** How soon a task that ended is started again; the engine's own 5 s, said here because a plan counts on it. */
const RESTART_DELAY_NS = 5_000_000_000;

/** A set as the engine reads it. Secrets in its texts must be resolved. */
export function translateSet(make: SetMake): ServiceWords {
  const { name, labels, container, isJob, replicas } = make;
  return {
    Name: name,
    Labels: labels,
    TaskTemplate: taskOf(make),
    Mode: isJob ? { ReplicatedJob: { MaxConcurrent: 1, TotalCompletions: 1 } } : { Replicated: { Replicas: replicas } },
    // A set is never changed while it serves; what keeps data stops before it starts again.
    ...(!isJob && { UpdateConfig: { Parallelism: 0, Order: 'stop-first', FailureAction: 'pause' } }),
    EndpointSpec: { Mode: 'dnsrr', ...(!isJob && container.ports.length > 0 && { Ports: portsOf(container.ports) }) },
  };
}

function taskOf({ image, labels, container, volumes, files, networks, placement, isJob }: SetMake): TaskWords {
  const { cpus, memoryBytes, memoryReservationBytes, pidsLimit, logging = LOGGING } = container;
  return {
    ContainerSpec: {
      Image: image,
      ...(defined({
        Labels: { ...container.labels, ...labels },
        Command: container.entrypoint,
        Args: container.command,
        Env: Object.entries(container.environment).map(([key, value]) => `${key}=${value}`),
        Hostname: container.hostname,
        Dir: container.workingDir,
        User: container.user,
        Groups: container.groupAdd,
        TTY: container.tty,
        OpenStdin: container.stdinOpen,
        ReadOnly: container.readOnly,
        Mounts: container.mounts.map((mount) => translateMount(mount, volumes)),
        StopSignal: container.stopSignal,
        StopGracePeriod: nanoseconds(container.stopGraceMs),
        Healthcheck: isJob ? { Test: ['NONE'] } : container.healthcheck && translateHealthcheck(container.healthcheck),
        Hosts: container.extraHosts?.map(hostLine),
        DNSConfig: dnsOf(container),
        Isolation: container.isolation,
        Init: container.init,
        Sysctls: container.sysctls,
        CapabilityAdd: container.capAdd,
        CapabilityDrop: container.capDrop,
        Ulimits: container.ulimits?.map(({ name, soft, hard }) => ({ Name: name, Soft: soft, Hard: hard })),
        Secrets: contentsOf(files, 'secrets'),
        Configs: contentsOf(files, 'configs'),
      }) as { Labels: Record<string, string> }),
    },
    Resources: {
      Limits: defined({ NanoCPUs: cpus && Math.round(cpus * 1e9), MemoryBytes: memoryBytes, Pids: pidsLimit }),
      Reservations: defined({
        NanoCPUs: placement?.cpus && Math.round(placement.cpus * 1e9),
        MemoryBytes: memoryReservationBytes,
      }),
    },
    RestartPolicy: isJob ? { Condition: 'none' } : { Condition: 'any', Delay: RESTART_DELAY_NS },
    Placement: placementOf(placement),
    Networks: networks.map(({ name, aliases }) => ({ Target: name, Aliases: aliases })),
    LogDriver: { Name: logging.driver, Options: logging.options },
  };
}

const placementOf = ({ constraints, spread, maxPerNode }: NodePlacement = {}) =>
  defined({
    Constraints: constraints,
    Preferences: spread?.map((over) => ({ Spread: { SpreadDescriptor: over } })),
    MaxReplicas: maxPerNode,
  }) as TaskWords['Placement'];

function dnsOf({ dns, dnsSearch, dnsOpt }: ContainerSettings) {
  const words = defined({ Nameservers: dns, Search: dnsSearch, Options: dnsOpt });
  return Object.keys(words).length > 0 ? words : undefined;
}

/** A container's `name:address`, in the order of a file of hosts. */
function hostLine(entry: string): string {
  const at = entry.indexOf(':');
  return `${entry.slice(at + 1)} ${entry.slice(0, at)}`;
}

function contentsOf(files: ContentFile[], kind: ContentFile['kind']) {
  const own = files.filter((file) => file.kind === kind);
  if (own.length === 0) return undefined;
  const [Id, Name] = kind === 'secrets' ? ['SecretID', 'SecretName'] : ['ConfigID', 'ConfigName'];
  return own.map(({ id, name, target, mode, uid = 0, gid = 0 }) => ({
    File: { Name: target, Mode: mode, UID: String(uid), GID: String(gid) },
    [Id!]: id,
    [Name!]: name,
  }));
}

/** On the node's own address, for a virtual one knows no node. */
const portsOf = (ports: PublishedPort[]) =>
  ports.map(({ container, host, protocol }) =>
    defined({
      Protocol: protocol,
      TargetPort: container,
      PublishedPort: host === undefined ? undefined : Number(host),
      PublishMode: 'host',
    }),
  );

function translateMount(mount: Mount, volumes: Record<string, VolumeMake>) {
  const common = { Type: mount.type, Target: mount.target };
  switch (mount.type) {
    case 'tmpfs':
      return { ...common, TmpfsOptions: defined({ SizeBytes: mount.sizeBytes, Mode: mount.mode }) };
    case 'bind': {
      const { source: Source, readOnly = false, propagation: Propagation, nonRecursive: NonRecursive } = mount;
      return { ...common, Source, ReadOnly: readOnly, BindOptions: defined({ Propagation, NonRecursive }) };
    }
    case 'volume': {
      const { name, labels, driver, options } = volumes[mount.volume]!;
      const DriverConfig = driver || options ? defined({ Name: driver ?? 'local', Options: options }) : undefined;
      return {
        ...common,
        Source: name,
        ReadOnly: mount.readOnly ?? false,
        VolumeOptions: defined({ NoCopy: mount.noCopy, Labels: labels, DriverConfig }),
      };
    }
  }
}
