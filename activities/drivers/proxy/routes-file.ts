import { createHash } from 'node:crypto';
import { routesName, type Place } from '../../../src/model/names';
import { INSIDE, RESOLVER, SECURE, WEB } from './container';
import type { RouteSet, RouteTo } from './proxy';

/** A set of routes in Traefik's words, and what its API must then say. */
export interface RoutesFile {
  /** The file's text; empty when there are to be no routes. */
  text: string;
  /** The routers by name, sorted. A revision in their name makes that exactly this file is read back, and no earlier one. */
  routers: string[];
  /** Service → what the API must say of it, sorted: `url:http://…`, or `name:…,weight:…` where it shares its requests. */
  services: Record<string, string[]>;
}

/**
 * An application's keep-alive time-out (Node: 5 s) races the proxy's reuse of an idle connection, and the request that
 * loses is lost; idle connections would also hide that an instance is drained. So the proxy lets go of them first.
 */
const IDLE_CONNECTION = '500ms';

/** Traefik's names may hold dots, ours never do: no environment's name is the beginning of another's. */
const join = (...parts: (string | number)[]) => parts.join('.');

/** The file of routes of an environment: two comments that say what it is, then JSON, which is YAML too. */
export function writeRoutes(place: Place, set: RouteSet): RoutesFile {
  if (set.release === undefined || set.routes.length === 0) return { text: '', routers: [], services: {} };
  const name = routesName(place);
  const services = Object.assign({}, ...set.routes.map((route) => servicesOf(name, route))) as Record<string, Service>;
  const revision = createHash('sha256').update(JSON.stringify(set)).digest('hex').slice(0, 8);
  const routers = Object.fromEntries(
    set.routes.flatMap((route, index) =>
      routersOf(name, route, set.https).map(([kind, router]) => [join(name, index, ...kind, revision), router]),
    ),
  );
  const content = {
    http: {
      routers,
      services,
      ...(set.routes.some(({ https }) => https) && { middlewares: middlewaresFor(name, set.https) }),
      serversTransports: { [name]: { forwardingTimeouts: { idleConnTimeout: IDLE_CONNECTION } } },
    },
  };
  const text = [`# release ${set.release}`, `# counter ${set.counter}`, JSON.stringify(content)].join('\n');
  return { text, routers: Object.keys(routers).sort(), services: mapValues(services, readBack) };
}

type Router = { rule: string; service: string; entryPoints: string[]; middlewares?: string[]; tls?: object };

/**
 * How requests of a route come in. One by HTTPS has three ways: with TLS, plain and sent there, and from inside, where the
 * application is told that it was HTTPS.
 */
function routersOf(name: string, route: RouteTo, https: RouteSet['https']): [kind: string[], Router][] {
  const rule = `Host(${JSON.stringify(route.host)}) && PathPrefix(${JSON.stringify(route.path)})`;
  const service = serviceName(name, route);
  if (!route.https) return [[[], { rule, service, entryPoints: [WEB, INSIDE] }]];
  return [
    [['secure'], { rule, service, entryPoints: [SECURE], tls: https?.acme ? { certResolver: RESOLVER } : {} }],
    [['plain'], { rule, service, entryPoints: [WEB], middlewares: [join(name, 'to-https')] }],
    [['inside'], { rule, service, entryPoints: [INSIDE], middlewares: [join(name, 'as-https')] }],
  ];
}

function middlewaresFor(name: string, https: RouteSet['https']): Record<string, object> {
  const port = https && https.port !== 443 ? { port: String(https.port) } : {};
  return {
    [join(name, 'to-https')]: { redirectScheme: { scheme: 'https', permanent: true, ...port } },
    [join(name, 'as-https')]: { headers: { customRequestHeaders: { 'X-Forwarded-Proto': 'https' } } },
  };
}

/** A service in Traefik's words. */
type Service =
  | { loadBalancer: { servers: { url: string }[]; serversTransport: string } }
  | { weighted: { services: { name: string; weight: number }[] } };

const serviceName = (name: string, { service, port, beside }: RouteTo) =>
  beside ? join(name, service, port, 'shared') : join(name, service, port);

/** The service of a route; where it shares its requests, that of each side, too. */
function servicesOf(name: string, route: RouteTo): Record<string, Service> {
  const balance = (port: number, instances: string[]): Service => ({
    loadBalancer: { servers: urlsOf(port, instances).map((url) => ({ url })), serversTransport: name },
  });
  const { service, port, instances, beside } = route;
  const own = join(name, service, port);
  if (!beside) return { [own]: balance(port, instances) };
  const other = join(own, 'beside');
  const shares = [
    { name: own, weight: beside.percent },
    { name: other, weight: 100 - beside.percent },
  ];
  return {
    [own]: balance(port, instances),
    [other]: balance(beside.port, beside.instances),
    [serviceName(name, route)]: { weighted: { services: shares } },
  };
}

function readBack(service: Service): string[] {
  if ('loadBalancer' in service) return service.loadBalancer.servers.map(({ url }) => `url:${url}`).sort();
  return service.weighted.services.map(({ name, weight }) => `name:${name},weight:${weight}`).sort();
}

/** What the comments of a file of routes say; undefined when there is none. */
export function readRoutesFile(text: string): { release: string; counter: number } | undefined {
  const [, release, counter] = /^# release (.+)\n# counter (\d+)$/m.exec(text) ?? [];
  return release === undefined ? undefined : { release, counter: Number(counter) };
}

/** By the container's own name, never an alias or an address: those may come to mean another container. */
function urlsOf(port: number, instances: string[]): string[] {
  return instances.map((instance) => `http://${instance}:${port}`).sort();
}

function mapValues<A, B>(from: Record<string, A>, change: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(from).map(([key, value]) => [key, change(value)]));
}
