import { stringify } from 'yaml';
import type { EnvironmentRecord } from '../../../../src/manifest/record/record';
import type { HealthCheck, Mount } from '../../../../src/model/container/container';
import { nameOfVolume } from '../../../../src/model/container/data';
import type { Service } from '../../../../src/model/service';
import { defined } from '../../../drivers/docker/containers/translate';

export interface StackMake {
  /** The constraint that leads to the node of a volume. */
  nodeOf(volume: string): string;
  /** Where the requests came in. */
  port: number;
}

/**
 * What an environment runs as a file for `docker stack deploy`: the same images, data and places. Values of secrets are variables
 * there. What runs once is left out, because it has run.
 */
export function stackOf(environment: EnvironmentRecord, make: StackMake): string {
  const { services, networks, volumes } = environment;
  const lasting = services.filter(({ kind }) => kind !== 'one-off');
  const files = lasting.flatMap((service) => filesOf(service));
  const file = {
    version: '3.8',
    services: Object.fromEntries(lasting.map((service) => [service.name, serviceOf(environment, service, make)])),
    networks: Object.fromEntries(
      networks.map(({ name, external, internal }) => [
        name,
        external ? { external: true, name: external } : defined({ driver: 'overlay', internal }),
      ]),
    ),
    volumes: Object.fromEntries(
      volumes.map(({ name, driver, options }) => [
        name,
        defined({ name: nameOfVolume(environment, name), driver, driver_opts: options }),
      ]),
    ),
    configs: Object.fromEntries(files.map(({ key, path }) => [key, { file: path }])),
  };
  return stringify(asWritten(withoutEmpty(file)));
}

/** The files that the stack reads from beside it. */
export const filesOf = ({ name, container: { files = [] } }: Service) =>
  files.map((file, index) => ({
    ...file,
    key: `${name}-${index + 1}`,
    path: `./${file.from ?? `${name}-${index + 1}`}`,
  }));

function serviceOf(environment: EnvironmentRecord, service: Service, { nodeOf, port }: StackMake) {
  const { container: own, image, kind, networks, placement = {}, replicas } = service;
  const pins = own.mounts.flatMap((mount) =>
    mount.type === 'volume' ? [nodeOf(nameOfVolume(environment, mount.volume))] : [],
  );
  const ports = portsOf(environment, service, port);
  // What the routing mesh publishes needs an address of its own; others are called as they were.
  const isInMesh = ports.some((one) => !('mode' in one));
  return defined({
    image,
    command: own.command,
    entrypoint: own.entrypoint,
    environment: own.environment,
    hostname: own.hostname,
    working_dir: own.workingDir,
    user: own.user,
    tty: own.tty,
    stdin_open: own.stdinOpen,
    read_only: own.readOnly,
    init: own.init,
    labels: own.labels,
    volumes: own.mounts.map(mountOf),
    configs: filesOf(service).map(({ key, target, mode, uid = 0, gid = 0 }) => ({
      source: key,
      target,
      mode,
      uid: String(uid),
      gid: String(gid),
    })),
    stop_signal: own.stopSignal,
    stop_grace_period: milliseconds(own.stopGraceMs),
    healthcheck: own.healthcheck && healthcheckOf(own.healthcheck),
    extra_hosts: own.extraHosts,
    dns: own.dns,
    dns_search: own.dnsSearch,
    isolation: own.isolation,
    sysctls: own.sysctls,
    cap_add: own.capAdd,
    cap_drop: own.capDrop,
    ulimits: own.ulimits && Object.fromEntries(own.ulimits.map(({ name, soft, hard }) => [name, { soft, hard }])),
    logging: own.logging,
    networks: Object.fromEntries(networks.map(({ network, aliases }) => [network, { aliases }])),
    ports,
    deploy: {
      replicas: kind === 'accessory' ? 1 : replicas,
      endpoint_mode: isInMesh ? 'vip' : 'dnsrr',
      update_config: { order: pins.length > 0 ? 'stop-first' : 'start-first' },
      placement: defined({
        constraints: [...(placement.constraints ?? []), ...pins],
        preferences: placement.spread?.map((spread) => ({ spread })),
        max_replicas_per_node: placement.maxPerNode,
      }),
      resources: {
        limits: defined({ cpus: own.cpus && String(own.cpus), memory: bytes(own.memoryBytes), pids: own.pidsLimit }),
        reservations: defined({
          cpus: placement.cpus && String(placement.cpus),
          memory: bytes(own.memoryReservationBytes),
        }),
      },
    },
  });
}

/** The only service with routes takes the port that the proxies had; of several, each gets one that the swarm chooses. */
function portsOf({ routes }: EnvironmentRecord, { name, container }: Service, published: number) {
  const own = [...new Set(routes.filter(({ service }) => service === name).map((route) => route.port))];
  const isOnly = new Set(routes.map(({ service, port }) => `${service} ${port}`)).size === 1;
  const fixed = container.ports.map(({ container: target, host, protocol }) =>
    defined({ target, published: host === undefined ? undefined : Number(host), protocol, mode: 'host' }),
  );
  return [...own.map((target) => (isOnly ? { target, published } : { target })), ...fixed];
}

function mountOf(mount: Mount) {
  const { type, target } = mount;
  switch (mount.type) {
    case 'tmpfs':
      return { type, target, tmpfs: defined({ size: mount.sizeBytes, mode: mount.mode }) };
    case 'bind':
      return defined({ type, target, source: mount.source, read_only: mount.readOnly });
    case 'volume':
      return defined({
        type,
        target,
        source: mount.volume,
        read_only: mount.readOnly,
        volume: mount.noCopy && { nocopy: true },
      });
  }
}

const healthcheckOf = ({ test, disabled, intervalMs, timeoutMs, retries, startPeriodMs }: HealthCheck) =>
  disabled
    ? { disable: true }
    : defined({
        test,
        interval: milliseconds(intervalMs),
        timeout: milliseconds(timeoutMs),
        retries,
        start_period: milliseconds(startPeriodMs),
      });

const milliseconds = (ms: number | undefined) => (ms === undefined ? undefined : `${ms}ms`);
const bytes = (count: number | undefined) => (count === undefined ? undefined : String(count));

type Written = string | number | boolean | null | Written[] | { [key: string]: Written };

/** An empty list or object says nothing; of a network or volume, that it is there. */
const withoutEmpty = (file: object): Written =>
  JSON.parse(
    JSON.stringify(file, (key, value: unknown) => {
      const isEmpty = typeof value === 'object' && value !== null && Object.keys(value).length === 0;
      return isEmpty && key !== 'default' ? undefined : value;
    }),
  ) as Written;

/** A value of a secret is a variable that must be set; any other `$` is itself. */
function asWritten(value: Written): Written {
  if (typeof value === 'string')
    return value
      .replaceAll('$', '$$$$')
      .replace(/\{\{secret:([^{}]+)\}\}/g, (_, name: string) => `\${${variableOf(name)}:?}`);
  if (Array.isArray(value)) return value.map(asWritten);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, asWritten(one)]));
}

export const variableOf = (secret: string): string => secret.replace(/\W/g, '_');
