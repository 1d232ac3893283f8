import type { EnvironmentRecord } from '../../../manifest/record/record';
import type { Own } from '../own';
import { writesAs } from '../../../model/container/data';
import type { ComposeContainer } from '../../../model/observed';
import { readAddress } from '../../../model/host/proxy';
import { isLiteralSecret, looksSecret, secretsIn } from '../../../model/container/secret';

/** Does it run, or try to? */
export const runs = ({ state }: ComposeContainer) =>
  state === 'running' || state === 'restarting' || state === 'paused';

/** What the service of a container is in the release; undefined where it has none of that name. */
export const kindOf = ({ services }: EnvironmentRecord, { service }: ComposeContainer) =>
  services.find(({ name }) => name === service)?.kind;

/** The ports of the host that the container publishes, and the proxy is to listen on. Without a route there is no proxy. */
export const portsHeld = (
  listens: string[],
  { routes }: Pick<EnvironmentRecord, 'routes'>,
  { ports }: ComposeContainer,
) =>
  routes.length === 0
    ? []
    : listens
        .map(readAddress)
        .filter(({ ip: wanted, port: number }) =>
          ports.some(({ ip, port }) => port === number && (isAny(ip) || isAny(wanted) || ip === wanted)),
        )
        .map(({ port }) => port);

/** Has it its data where the release has it? What is not known is as it should be. */
function isWhereMeant(after: EnvironmentRecord, { service: name, writes }: ComposeContainer): boolean {
  const service = after.services.find((one) => one.name === name);
  return !service || !writes || writesAs(after, service, writes);
}

const isAny = (ip = '') => ip === '' || ip === '0.0.0.0' || ip === '::';

/**
 * What was made before windlass of the project on a target, and how a release treats it, a sentence each: for plans and
 * `windlass check`. `listens` are all addresses of the proxy, the one for HTTP first. `home` is the environment's
 * network, the prefix of its releases' networks.
 */
export function describeTakeover(
  { words: { project, thing, remove }, adopts }: Pick<Own, 'words' | 'adopts'>,
  after: EnvironmentRecord,
  composed: ComposeContainer[],
  listens: string[],
  home: string,
): string[] {
  const running = composed.filter(runs);
  const of = (names: ComposeContainer[]) => names.map(({ name, service }) => `${name} (${service})`).join(', ');
  const accessories = running.filter((one) => kindOf(after, one) === 'accessory');
  const [kept, elsewhere] = [true, false].map((is) => accessories.filter((one) => isWhereMeant(after, one) === is)) as [
    ComposeContainer[],
    ComposeContainer[],
  ];
  const [adopted, replaced] = adopts ? [kept, []] : [[], kept];
  const holders = running.filter(
    (one) => kindOf(after, one) !== 'accessory' && portsHeld(listens, after, one).length > 0,
  );
  const stopped = running.filter((one) => {
    const kind = kindOf(after, one);
    return kind !== 'accessory' && (kind !== undefined || holders.includes(one));
  });
  const left = running.filter((one) => kindOf(after, one) === undefined && !holders.includes(one));
  const { port } = readAddress(listens[0] ?? '80');
  const passing = [...new Set(holders.flatMap((one) => portsHeld(listens, after, one)))].join(', ');
  const closing = stopped.filter((one) => !holders.includes(one) && one.ports.length > 0);
  const addresses = after.routes.map(({ host, path }) => `${host}${path === '/' ? '' : path}`).join(', ');
  return [
    ...(adopted.length > 0
      ? [
          `${of(adopted)} of the ${project} ${after.project} ${are(adopted)} adopted unchanged, with the data; ` +
            'the compose file applies from its next change',
        ]
      : []),
    ...(replaced.length > 0
      ? [
          `${of(replaced)} of the ${project} ${after.project} ${are(replaced)} stopped and kept, and a new ${thing} starts on the same data`,
        ]
      : []),
    ...elsewhere.map(
      ({ name, service, writes = [] }) =>
        `${name} (${service}) keeps its data in ${writes.map(({ store }) => store).join(', ')}, but the release keeps it elsewhere: the ${thing} is stopped and kept, and a new one starts`,
    ),
    ...adopted.flatMap((one) => describeKept(one, portsHeld(listens, after, one))),
    ...adopted.filter((one) => losesPort(one, home)).map((one) => describeLostPort(one, home)),
    ...(stopped.length > 0
      ? [
          `${of(stopped)} of the ${project} ${after.project} ${are(stopped)} stopped at the switch and kept; ` +
            `if the release goes back, ${stopped.length > 1 ? 'they restart' : 'it restarts'}. To remove later: ${remove(after.project)}`,
        ]
      : []),
    ...(holders.length > 0
      ? [
          `OUTAGE of some seconds: port ${passing} passes from ${of(holders)} to the proxy. ` +
            'The same again if the release goes back',
        ]
      : []),
    ...closing.map(
      (one) =>
        `${one.name} (${one.service}) is published on host port ${[...new Set(one.ports.map((at) => at.port))].join(', ')} today; ` +
        `the switch closes it${addresses ? `, and requests come in on port ${port} for ${addresses}` : ''}`,
    ),
    ...stopped.flatMap((one) => describeValues(after, one)),
    ...(left.length > 0
      ? [
          `${of(left)} of the ${project} ${after.project} ${are(left)} not in the release and keep${left.length > 1 ? '' : 's'} running`,
        ]
      : []),
  ];
}

/** Variables whose values differ from the release's. Secrets are not compared: their values are unknown here. */
function describeValues({ services }: EnvironmentRecord, { name, service, variables }: ComposeContainer): string[] {
  const wanted = services.find((one) => one.name === service)?.container.environment;
  if (!variables || !wanted) return [];
  const others = Object.entries(wanted)
    .filter(([variable, value]) => secretsIn(value).length === 0 && !isLiteralSecret(variable, value))
    .filter(([variable, value]) => (variables[variable] ?? '') !== value && !looksSecret(variable))
    .map(([variable, value]) => `${variable} (${short(variables[variable])} → ${short(value)})`)
    .sort();
  if (others.length === 0) return [];
  return [
    `${name} (${service}) runs with other values today, which change: ${others.join(', ')}. To keep one, set it under variables of the environment`,
  ];
}

const short = (value: string | undefined) =>
  value === undefined ? 'not set' : JSON.stringify(value.length > 40 ? `${value.slice(0, 39)}…` : value);

/** A published port belongs to the network whose name sorts first; joining an earlier one breaks connections (measured). */
function losesPort({ ports, networks }: ComposeContainer, home: string): boolean {
  const [first] = [...networks].sort();
  return ports.length > 0 && first !== undefined && home < first;
}

/** One that is adopted keeps its container, and so its ports. */
export const describeKept = ({ name, service }: ComposeContainer, ports: number[]): string[] =>
  ports.length === 0
    ? []
    : [
        `${name} (${service}) would be adopted unchanged, and publishes port ${ports.join(', ')}, where the proxy must listen. Remove the port from the compose ` +
          `file, run docker compose up -d ${service}, and release again; or give the proxy another port (WINDLASS_PROXY_TCP of the worker)`,
      ];

const describeLostPort = ({ name, service, ports, networks }: ComposeContainer, home: string) =>
  `${name} (${service}) joins networks named ${home}…, which sort before its own ${[...networks].sort()[0]}: ` +
  `connections to its published port ${[...new Set(ports.map(({ port }) => port))].join(', ')} break and must be reopened`;

const are = (some: unknown[]) => (some.length > 1 ? 'are' : 'is');
