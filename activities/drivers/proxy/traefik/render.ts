import { createHash } from 'node:crypto';
import { type Address, tcpPortOf } from '../../../../src/model/host/route-address';
import type { Rendered } from '../dialect';
import { writeJson } from '../routes/route-file';
import type { RouteSet, RouteTo } from '../routes/route-set';
import { INSIDE, RESOLVER, SECURE, tcpEntryPoint, WEB } from './start';
import type { Router, Service } from './words';

/**
 * An application's keep-alive time-out (Node: 5 s) races the proxy's reuse of idle connections, which can lose
 * a request, and idle connections would hide that an instance is drained. So the proxy closes them first.
 */
const IDLE_CONNECTION = '500ms';

/** How long one side of a TCP connection may outlive the other: no limit. Traefik's default is 0.1 s. */
const HALF_CLOSED = '-1s';

/** Traefik's names may contain dots, ours never do, so no environment's name is a prefix of another's. */
const join = (...parts: (string | number)[]) => parts.join('.');

/** A set of routes in Traefik's words, as JSON, which is YAML too; and the names that its API must then have. */
export function renderRoutes(name: string, set: RouteSet): Rendered {
  const revision = createHash('sha256').update(JSON.stringify(set)).digest('hex').slice(0, 8);
  const written = set.routes.map((route, index) => ({
    isTcp: route.protocol === 'tcp',
    services: servicesOf(name, route),
    routers: Object.fromEntries(
      routersOf(name, route, set.https).map(([kind, router]) => [join(name, index, ...kind, revision), router]),
    ),
  }));
  const all = (some: typeof written) => ({
    routers: Object.assign({}, ...some.map(({ routers }) => routers)) as Record<string, Router>,
    services: Object.assign({}, ...some.map(({ services }) => services)) as Record<string, Service>,
  });
  const [http, tcp] = [written.filter(({ isTcp }) => !isTcp), written.filter(({ isTcp }) => isTcp)];
  // Traefik rejects a file with an empty section.
  const content = {
    ...(http.length > 0 && {
      http: {
        ...all(http),
        ...(set.routes.some(({ https }) => https) && { middlewares: middlewaresFor(name, set.https) }),
        serversTransports: { [name]: { forwardingTimeouts: { idleConnTimeout: IDLE_CONNECTION } } },
      },
    }),
    ...(tcp.length > 0 && {
      tcp: { ...all(tcp), serversTransports: { [name]: { terminationDelay: HALF_CLOSED } } },
    }),
  };
  return { text: writeJson(content), expected: Object.keys(all(written).routers).sort().join('\n') };
}

/** The middlewares of routes by HTTPS. */
export const [TO_HTTPS, AS_HTTPS] = ['to-https', 'as-https'] as const;

/** Matches every connection, whatever its protocol. */
export const ANY_TCP = 'HostSNI(`*`)';

export const ruleOf = ({ host, path }: Address) =>
  `Host(${JSON.stringify(host)}) && PathPrefix(${JSON.stringify(path)})`;

/**
 * The entry points of a route. HTTPS has three: with TLS, plain with a redirect, and from inside, where the
 * application is told that it was HTTPS.
 */
function routersOf(name: string, route: RouteTo, https: RouteSet['https']): [kind: string[], Router][] {
  const port = tcpPortOf(route);
  if (port !== undefined)
    return [
      [[], { rule: ANY_TCP, priority: 1, service: serviceName(name, route), entryPoints: [tcpEntryPoint(port)] }],
    ];
  const rule = ruleOf(route);
  // The priority is what Traefik takes by itself; it is written, so that it can be read back.
  const base = { rule, priority: rule.length, service: serviceName(name, route) };
  if (!route.https) return [[[], { ...base, entryPoints: [WEB, INSIDE] }]];
  return [
    [['secure'], { ...base, entryPoints: [SECURE], tls: https?.acme ? { certResolver: RESOLVER } : {} }],
    [['plain'], { ...base, entryPoints: [WEB], middlewares: [join(name, TO_HTTPS)] }],
    [['inside'], { ...base, entryPoints: [INSIDE], middlewares: [join(name, AS_HTTPS)] }],
  ];
}

function middlewaresFor(name: string, https: RouteSet['https']): Record<string, object> {
  const port = https && https.port !== 443 ? { port: String(https.port) } : {};
  return {
    [join(name, TO_HTTPS)]: { redirectScheme: { scheme: 'https', permanent: true, ...port } },
    [join(name, AS_HTTPS)]: { headers: { customRequestHeaders: { 'X-Forwarded-Proto': 'https' } } },
  };
}

const ownName = (name: string, { service, port, protocol }: RouteTo) =>
  protocol ? join(name, service, port, protocol) : join(name, service, port);
const serviceName = (name: string, route: RouteTo) =>
  route.beside ? join(ownName(name, route), 'shared') : ownName(name, route);

function servicesOf(name: string, route: RouteTo): Record<string, Service> {
  const balance = (to: Side): Service => ({
    loadBalancer: { servers: serversOf(to), serversTransport: name },
  });
  const { beside } = route;
  const own = ownName(name, route);
  if (!beside) return { [own]: balance(route) };
  const other = join(own, 'beside');
  const shares = [
    { name: own, weight: beside.percent },
    { name: other, weight: 100 - beside.percent },
  ];
  return {
    [own]: balance(route),
    [other]: balance(beside),
    [serviceName(name, route)]: { weighted: { services: shares } },
  };
}

type Side = Pick<RouteTo, 'port' | 'instances'> & { protocol?: RouteTo['protocol'] | 'http' };

/** By the container's own name, never by an alias or address, which may come to mean another container. */
function serversOf({ port, instances, protocol = 'http' }: Side): ({ url: string } | { address: string })[] {
  const addresses = instances.map((instance) => `${instance}:${port}`).sort();
  return addresses.map((address) => (protocol === 'tcp' ? { address } : { url: `${protocol}://${address}` }));
}
