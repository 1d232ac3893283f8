import type { Verification } from '../kinds';
import { serviceOf, VERIFICATIONS } from '../../model/verification';
import { isGradual } from '../../model/strategy';
import { meet, nameAddress, plainPath, tcpPortOf, withoutSlash } from '../../model/host/route-address';
import type { Finding } from '../../model/text/path';
import type { Manifest } from '../schema';

type Route = Manifest['environments'][string]['routes'][number];
interface RouteEntry {
  environment: string;
  index: number;
  route: Route;
}

/** Rules of routes: which services may have one, and no overlaps on a host. */
export function checkRoutes(manifest: Manifest): Finding[] {
  return [
    ...whoMayHaveOne(manifest),
    ...routesThatMeet(manifest),
    ...pathsNobodyAsksFor(manifest),
    ...verificationsWithoutRoute(manifest),
    ...verificationsOfShares(manifest),
  ];
}

function whoMayHaveOne(manifest: Manifest): Finding[] {
  return placedRoutes(manifest).flatMap(({ environment, index, route }) => {
    const { background, accessory } = manifest.services[route.service] ?? {};
    const kind = background ? 'a background service' : accessory ? 'an accessory' : undefined;
    if (!kind) return [];
    return [
      {
        path: ['environments', environment, 'routes', index, 'service'],
        message: `is ${route.service}, ${kind}. Expected a released service. Choose another one, or change services.${route.service}`,
      },
    ];
  });
}

/** A host has one proxy, so overlapping routes cannot both be served there. */
function routesThatMeet(manifest: Manifest): Finding[] {
  const routes = placedRoutes(manifest);
  return routes.flatMap((later, n) => {
    const earlier = routes.slice(0, n).find((one) => areInEachOthersWay(one, later) && shareHost(manifest, one, later));
    if (!earlier) return [];
    const where =
      earlier.environment === later.environment
        ? 'already has a route above'
        : `${earlier.environment} already routes on the same host${sameAddress(earlier.route, later.route) ? '' : `, with ${nameAddress(earlier.route)}`}`;
    const other = tcpPortOf(later.route) === undefined ? 'host name or path' : 'port';
    return [
      {
        path: ['environments', later.environment, 'routes', later.index],
        message: `is ${nameAddress(later.route)}, which ${where}. Give one of them another ${other}`,
      },
    ];
  });
}

/** Other proxies have patterns, and clients resolve dots before they send a path. */
function pathsNobodyAsksFor(manifest: Manifest): Finding[] {
  return placedRoutes(manifest).flatMap(({ environment, index, route: { path } }) => {
    const why = path.endsWith('*')
      ? 'whose * stands for itself: a path is a prefix. Leave it out'
      : /\/\.{1,2}(\/|$)/.test(plainPath(path))
        ? 'which no client sends. Write the path without dot segments'
        : undefined;
    return why ? [{ path: ['environments', environment, 'routes', index, 'path'], message: `is ${path}, ${why}` }] : [];
  });
}

function verificationsWithoutRoute(manifest: Manifest): Finding[] {
  return Object.entries(manifest.environments).flatMap(([environment, { verify, routes }]) =>
    verify.flatMap((one, index) => {
      const service = routedServiceOf(one);
      if (service === undefined || httpRouteOf(routes, service)) return [];
      return [
        {
          path: ['environments', environment, 'verify', index, one.kind, 'service'],
          message: `is ${service}, which has no route${hasTcp(routes, service)} in ${environment}. Add a route, or use a command: run: { service: …, command: […] }`,
        },
      ];
    }),
  );
}

function verificationsOfShares(manifest: Manifest): Finding[] {
  return Object.entries(manifest.environments).flatMap(([environment, { verify, routes, strategy }]) =>
    verify.flatMap((one, index) => {
      const service = routedServiceOf(one);
      if (service === undefined || !isGradual(strategy.kind)) return [];
      if (httpRouteOf(routes, service)?.protocol !== 'h2c') return [];
      return [
        {
          path: ['environments', environment, 'verify', index, one.kind, 'service'],
          message: `is ${service}, which speaks h2c, and ${strategy.kind} asks it by HTTP/1.1. Ask it by a command: run: { service: …, command: […] }`,
        },
      ];
    }),
  );
}

const routedServiceOf = (verification: Verification): string | undefined =>
  VERIFICATIONS[verification.kind].byRoute && serviceOf(verification);

const httpRouteOf = (routes: Route[], service: string): Route | undefined =>
  routes.find((route) => route.service === service && route.protocol !== 'tcp');

const hasTcp = (routes: Route[], service: string) =>
  routes.some((route) => route.service === service) ? ' by HTTP' : '';

const placedRoutes = (manifest: Manifest): RouteEntry[] =>
  Object.entries(manifest.environments).flatMap(([environment, { routes }]) =>
    routes.map((route, index) => ({ environment, index, route })),
  );

const sameAddress = (a: Route, b: Route) =>
  a.host === b.host && withoutSlash(plainPath(a.path)) === withoutSlash(plainPath(b.path));
/** Within an environment the longer path wins; another environment's requests must not be taken. */
const areInEachOthersWay = (a: RouteEntry, b: RouteEntry) =>
  a.environment === b.environment ? sameAddress(a.route, b.route) : meet(a.route, b.route);

/** Do two environments have a common host? */
export function shareHost(
  manifest: Manifest,
  a: Pick<RouteEntry, 'environment'>,
  b: Pick<RouteEntry, 'environment'>,
): boolean {
  const hosts = manifest.environments[b.environment]?.hosts ?? [];
  return (manifest.environments[a.environment]?.hosts ?? []).some(({ address }) =>
    hosts.some((host) => host.address === address),
  );
}
