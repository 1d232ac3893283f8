import type { EnvironmentRecord } from '../manifest/record';
import type { ComposedContainer, RestartPolicy } from '../model/observed';
import type { Phase, Step } from '../model/plan';
import type { Service } from '../model/service';
import { observedOn, type PlanningInput } from './planning';

/**
 * What docker compose runs of the application today. Its accessories become the environment's as they are (see
 * `accessories.ts`). Its other containers serve until the switch; then they stop, are kept, and are started again by the
 * undo. The port that the proxy needs passes to it in between. Nothing else of the project is touched.
 */
export function takeOver(input: PlanningInput, after: EnvironmentRecord, phases: Phase[]): Phase[] {
  const all = Object.keys(input.observed.hosts)
    .sort()
    .flatMap((host) => servingOn(input, after, host).map((container) => ({ host, container })));
  if (all.length === 0) return phases;
  const holders = all.filter(({ container }) => holdsPort(input, after, container));
  const others = all.filter((one) => !holders.includes(one));
  const hosts = [...new Set(holders.map(({ host }) => host))];
  const stop = (some: typeof all): Step[] => some.map(({ host, container }) => stopStep(host, container, after));
  const release = input.wanted?.release ?? '';
  const open = hosts.map((host): Step => ({
    operation: { name: 'openProxy', host, release },
    undo: { name: 'closeProxy', host },
  }));
  // Whose work or volume two cannot share stops before the new one starts; the others only when the new ones have the traffic.
  const isFirst = ({ container }: (typeof all)[number]) =>
    after.strategy.kind === 'recreate' || kindOf(after, container) === 'background';
  // A gradual way has several.
  const switches = phases.filter(({ name }) => name === 'switch');
  const before = [stop(all.filter(isFirst))];
  const behind = [stop(holders.filter((one) => !isFirst(one))), open, stop(others.filter((one) => !isFirst(one)))];
  return phases.map((phase) => {
    const batches = [
      ...(phase === switches[0] ? before : []),
      ...phase.batches.map((batch) => batch.map((step) => closing(step, hosts))),
      ...(phase === switches.at(-1) ? behind : []),
    ];
    return { ...phase, batches: batches.filter((batch) => batch.length > 0) };
  });
}

/** Where its port is taken still, the proxy is prepared without it. */
function closing(step: Step, hosts: string[]): Step {
  const { operation } = step;
  const isClosed = operation.name === 'ensureProxy' && hosts.includes(operation.host);
  return isClosed ? { ...step, operation: { ...operation, closed: true } } : step;
}

function stopStep(
  host: string,
  { name: container, restart, service }: ComposedContainer,
  after: EnvironmentRecord,
): Step {
  const had = restartOfComposed(
    restart,
    after.services.find((one) => one.name === service),
  );
  return {
    operation: { name: 'stopComposed', host, container },
    undo: { name: 'startComposed', host, container, restart: had },
  };
}

/** The restart policy that compose gave a container: what it has, or what the compose file says where windlass took it. */
export function restartOfComposed(restart: RestartPolicy, service: Service | undefined): RestartPolicy {
  return restart.name === 'no' ? (service?.container.restart ?? restart) : restart;
}

/** What runs of the project and is to end: services of the release, and whatever holds the proxy's port. */
const servingOn = (input: PlanningInput, after: EnvironmentRecord, host: string): ComposedContainer[] =>
  composedOn(input, host).filter((one) => {
    const kind = kindOf(after, one);
    return runs(one) && kind !== 'accessory' && (kind !== undefined || holdsPort(input, after, one));
  });

const composedOn = ({ observed }: PlanningInput, host: string) => observedOn(observed, host).composed ?? [];
const runs = ({ state }: ComposedContainer) => state === 'running' || state === 'restarting' || state === 'paused';
const kindOf = ({ services }: EnvironmentRecord, { service }: ComposedContainer) =>
  services.find(({ name }) => name === service)?.kind;

/** Does the container publish the port that the proxy is to listen on? Without a route there is no proxy. */
const holdsPort = (
  { proxyHttp }: Pick<PlanningInput, 'proxyHttp'>,
  { routes }: Pick<EnvironmentRecord, 'routes'>,
  { ports }: ComposedContainer,
) => {
  if (routes.length === 0) return false;
  const { ip: wanted, port: number } = readAddress(proxyHttp);
  return ports.some(({ ip, port }) => port === number && (isAny(ip) || isAny(wanted) || ip === wanted));
};

const isAny = (ip: string) => ip === '' || ip === '0.0.0.0' || ip === '::';

/** `80`, `127.0.0.1:8080`, `[::1]:80` */
function readAddress(http: string): { ip: string; port: number } {
  const colon = http.lastIndexOf(':');
  return { ip: http.slice(0, Math.max(colon, 0)).replace(/^\[|\]$/g, ''), port: Number(http.slice(colon + 1)) };
}

/**
 * What compose runs of the project on a host, and what becomes of it, a sentence each: in plans, and in `windlass check`. `home`
 * is the environment's network, by which the names of its releases' networks begin.
 */
export function describeTakeover(
  after: EnvironmentRecord,
  composed: ComposedContainer[],
  proxyHttp: string,
  home: string,
): string[] {
  const running = composed.filter(runs);
  const of = (names: ComposedContainer[]) => names.map(({ name, service }) => `${name} (${service})`).join(', ');
  const adopted = running.filter((one) => kindOf(after, one) === 'accessory');
  const holders = running.filter((one) => kindOf(after, one) !== 'accessory' && holdsPort({ proxyHttp }, after, one));
  const stopped = running.filter((one) => {
    const kind = kindOf(after, one);
    return kind !== 'accessory' && (kind !== undefined || holders.includes(one));
  });
  const left = running.filter((one) => kindOf(after, one) === undefined && !holders.includes(one));
  const { port } = readAddress(proxyHttp);
  const elsewhere = stopped.filter((one) => !holders.includes(one) && one.ports.length > 0);
  const addresses = after.routes.map(({ host, path }) => `${host}${path === '/' ? '' : path}`).join(', ');
  return [
    ...(adopted.length > 0
      ? [
          `${of(adopted)} of the compose project ${after.project} ${are(adopted)} adopted as ${adopted.length > 1 ? 'they are' : 'it is'}, with the data: ` +
            'what the compose file says counts from its next change on',
        ]
      : []),
    ...adopted.filter((one) => losesPort(one, home)).map((one) => describeLostPort(one, home)),
    ...(stopped.length > 0
      ? [
          `${of(stopped)} of the compose project ${after.project} ${are(stopped)} stopped at the switch and kept; ` +
            `if the release goes back, ${stopped.length > 1 ? 'they are' : 'it is'} started again. Remove later: docker compose -p ${after.project} rm`,
        ]
      : []),
    ...(holders.length > 0
      ? [
          `OUTAGE: port ${port} passes from ${of(holders)} to the proxy. From the stop of the one until the other listens, some seconds, ` +
            'nothing answers there; and once more if the release goes back',
        ]
      : []),
    ...elsewhere.map(
      (one) =>
        `${one.name} (${one.service}) is reached on port ${[...new Set(one.ports.map((at) => at.port))].join(', ')} of the host today; ` +
        `from the switch on nothing listens there${addresses ? `, and requests come in on port ${port}, for ${addresses}` : ''}`,
    ),
    ...(left.length > 0
      ? [
          `${of(left)} of the compose project ${after.project} ${are(left)} no service of the release, and stay${left.length > 1 ? '' : 's'} as it runs`,
        ]
      : []),
  ];
}

/** A published port belongs to the network whose name sorts first; joining an earlier one loses connections (measured). */
function losesPort({ ports, networks }: ComposedContainer, home: string): boolean {
  const [first] = [...networks].sort();
  return ports.length > 0 && first !== undefined && home < first;
}

const describeLostPort = ({ name, service, ports, networks }: ComposedContainer, home: string) =>
  `${name} (${service}) joins networks that begin with ${home}, a name that sorts before its own ${[...networks].sort()[0]}: ` +
  `connections to its published port ${[...new Set(ports.map(({ port }) => port))].join(', ')} break then and are to be made again`;

const are = (some: unknown[]) => (some.length > 1 ? 'are' : 'is');

/** The same for every host of the environment. */
export function warnOfTakeover(input: PlanningInput, after: EnvironmentRecord): string[] {
  const hosts = Object.keys(input.observed.hosts).sort();
  return hosts.flatMap((host) => {
    const own = new Set(
      observedOn(input.observed, host)
        .containers.filter(({ role }) => role === 'accessory')
        .map(({ service }) => service),
    );
    const composed = composedOn(input, host).filter(({ service }) => !own.has(service));
    // What is adopted is news once.
    const news = input.current ? composed.filter((one) => kindOf(after, one) !== 'accessory') : composed;
    const lines = describeTakeover(after, news, input.proxyHttp, input.home);
    return lines.map((line) => (hosts.length > 1 ? `${host}: ${line}` : line));
  });
}
