import type { RestartPolicy } from '../../../src/model/observed';
import type { ContainerSpec, HealthCheck, Mount, PublishedPort, Service } from '../../../src/model/service';

export interface TranslateOptions {
  /** The environment with its secrets resolved; else the service's own. */
  environment?: Record<string, string>;
  /** volume of the model → its name on the engine. */
  volumes: Record<string, string>;
  /** One that runs once is never restarted, publishes nothing and has no health. */
  oneOff?: boolean;
}

/** A log that nobody limits fills the disk of the host. */
const LOG_LIMIT = { driver: 'json-file', options: { 'max-size': '10m', 'max-file': '3' } };

/**
 * What compose says of a service, in the engine's words: `config` of a `ContainerMake`. Texts must have their secrets
 * resolved already. Published ports are taken over as they are: whoever makes an instance leaves them out.
 */
export function translateService(
  { container: spec }: Pick<Service, 'container'>,
  options: TranslateOptions,
): Record<string, unknown> {
  const ports = options.oneOff ? [] : spec.ports;
  return defined({
    Entrypoint: spec.entrypoint,
    Cmd: spec.command,
    Env: Object.entries(options.environment ?? spec.environment).map(([name, value]) => `${name}=${value}`),
    User: spec.user,
    WorkingDir: spec.workingDir,
    Hostname: spec.hostname,
    Tty: spec.tty,
    OpenStdin: spec.stdinOpen,
    StopSignal: spec.stopSignal,
    StopTimeout: spec.stopGraceMs === undefined ? undefined : Math.ceil(spec.stopGraceMs / 1_000),
    Labels: spec.labels,
    Healthcheck: options.oneOff ? { Test: ['NONE'] } : spec.healthcheck && translateHealthcheck(spec.healthcheck),
    ExposedPorts: exposedPorts(spec.expose, ports),
    HostConfig: translateHost(spec, ports, options),
  });
}

function translateHost(spec: ContainerSpec, ports: PublishedPort[], options: TranslateOptions) {
  const { driver, options: logOptions } = spec.logging ?? LOG_LIMIT;
  return defined({
    Init: spec.init,
    ReadonlyRootfs: spec.readOnly,
    Privileged: spec.privileged,
    CapAdd: spec.capAdd,
    CapDrop: spec.capDrop,
    SecurityOpt: spec.securityOpt,
    GroupAdd: spec.groupAdd,
    // Compose prints `name=address`, the engine reads `name:address`; an address of IPv6 has colons of its own.
    ExtraHosts: spec.extraHosts?.map((entry) => entry.replace('=', ':')),
    Dns: spec.dns,
    Sysctls: spec.sysctls,
    Ulimits: spec.ulimits?.map(({ name, soft, hard }) => ({ Name: name, Soft: soft, Hard: hard })),
    ShmSize: spec.shmSizeBytes,
    Memory: spec.memoryBytes,
    NanoCpus: spec.cpus === undefined ? undefined : Math.round(spec.cpus * 1e9),
    PidsLimit: spec.pidsLimit,
    RestartPolicy: engineRestart(options.oneOff ? { name: 'no' } : restartPolicyOf(spec)),
    Mounts: spec.mounts.map((mount) => translateMount(mount, options.volumes)),
    PortBindings: portBindings(ports),
    LogConfig: { Type: driver, Config: logOptions },
  });
}

/** When the engine starts it again by itself: what compose says, else whenever it was not stopped on purpose. */
export function restartPolicyOf({
  restart,
  restartMaxAttempts,
}: Pick<ContainerSpec, 'restart' | 'restartMaxAttempts'>): RestartPolicy {
  const name = restart ?? 'unless-stopped';
  return { name, ...(name === 'on-failure' && restartMaxAttempts !== undefined && { times: restartMaxAttempts }) };
}

export const engineRestart = ({ name, times }: RestartPolicy) => ({
  Name: name,
  ...(times !== undefined && { MaximumRetryCount: times }),
});

function translateHealthcheck(check: HealthCheck) {
  if (check.disabled) return { Test: ['NONE'] };
  return defined({
    Test: check.test,
    Interval: nanoseconds(check.intervalMs),
    Timeout: nanoseconds(check.timeoutMs),
    StartPeriod: nanoseconds(check.startPeriodMs),
    Retries: check.retries,
  });
}

/** As mounts, never as `Binds`: of a source that is not there the engine then makes an error and not an empty folder. */
function translateMount(mount: Mount, volumes: Record<string, string>) {
  const common = { Type: mount.type, Target: mount.target };
  if (mount.type === 'tmpfs')
    return { ...common, ...(mount.sizeBytes !== undefined && { TmpfsOptions: { SizeBytes: mount.sizeBytes } }) };
  const Source = mount.type === 'bind' ? mount.source : volumes[mount.volume];
  if (Source === undefined)
    throw new Error(`the volume ${(mount as { volume: string }).volume} of ${mount.target} has no name on the engine`);
  return { ...common, Source, ReadOnly: mount.readOnly ?? false };
}

function exposedPorts(expose: number[], ports: PublishedPort[]): Record<string, object> | undefined {
  const all = [...expose.map((port) => `${port}/tcp`), ...ports.map((port) => `${port.container}/${port.protocol}`)];
  return all.length > 0 ? Object.fromEntries(all.map((port) => [port, {}])) : undefined;
}

function portBindings(ports: PublishedPort[]): Record<string, { HostIp: string; HostPort: string }[]> | undefined {
  if (ports.length === 0) return undefined;
  const bindings: Record<string, { HostIp: string; HostPort: string }[]> = {};
  for (const { container, protocol, ip = '', host } of ports)
    (bindings[`${container}/${protocol}`] ??= []).push({
      HostIp: ip,
      HostPort: host === undefined ? '' : String(host),
    });
  return bindings;
}

const nanoseconds = (ms: number | undefined) => (ms === undefined ? undefined : Math.round(ms * 1e6));

/** Without the keys that have no value: the engine reads a null as a setting at times. */
function defined(words: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(words).filter(([, value]) => value !== undefined));
}
