import type { Finding } from '../model/path';
import type { Manifest } from './schema';

type Route = Manifest['environments'][string]['routes'][number];
interface Placed {
  environment: string;
  index: number;
  route: Route;
}

/** Rules of routes: who may have one, and that no two of a host meet. */
export function checkRoutes(manifest: Manifest): Finding[] {
  return [...whoMayHaveOne(manifest), ...routesThatMeet(manifest), ...verificationsWithoutRoute(manifest)];
}

function whoMayHaveOne(manifest: Manifest): Finding[] {
  return placedRoutes(manifest).flatMap(({ environment, index, route }) => {
    const { background, accessory } = manifest.services[route.service] ?? {};
    const kind = background
      ? 'a background service, which nobody calls'
      : accessory
        ? 'an accessory, which has no route'
        : undefined;
    if (!kind) return [];
    return [
      {
        path: ['environments', environment, 'routes', index, 'service'],
        message: `is ${route.service}, ${kind}. Route another service, or change what services.${route.service} says`,
      },
    ];
  });
}

/** The proxy is one for each host, so two routes of the same name and path cannot both be served there. */
function routesThatMeet(manifest: Manifest): Finding[] {
  const routes = placedRoutes(manifest);
  return routes.flatMap((later, n) => {
    const earlier = routes
      .slice(0, n)
      .find((one) => sameAddress(one.route, later.route) && shareHost(manifest, one, later));
    if (!earlier) return [];
    const where =
      earlier.environment === later.environment
        ? 'is routed above already'
        : `${earlier.environment} routes already on the same host`;
    const address = `${later.route.host}${later.route.path}`;
    return [
      {
        path: ['environments', later.environment, 'routes', later.index],
        message: `is ${address}, which ${where}. Give one of them another host name or path`,
      },
    ];
  });
}

/** An `http` verification goes through the proxy, whoever asks. */
function verificationsWithoutRoute(manifest: Manifest): Finding[] {
  return Object.entries(manifest.environments).flatMap(([environment, { verify, routes }]) =>
    verify.flatMap((one, index) => {
      if (one.kind !== 'http' || routes.some((route) => route.service === one.service)) return [];
      return [
        {
          path: ['environments', environment, 'verify', index, 'http', 'service'],
          message: `is ${one.service}, which has no route in ${environment}. Route it, or ask it by a command: run: { service: …, command: […] }`,
        },
      ];
    }),
  );
}

const placedRoutes = (manifest: Manifest): Placed[] =>
  Object.entries(manifest.environments).flatMap(([environment, { routes }]) =>
    routes.map((route, index) => ({ environment, index, route })),
  );

const sameAddress = (a: Route, b: Route) => a.host === b.host && withoutSlash(a.path) === withoutSlash(b.path);
const withoutSlash = (path: string) => path.replace(/\/+$/, '');

/** Is there a host that two environments have in common? */
export function shareHost(manifest: Manifest, a: Pick<Placed, 'environment'>, b: Pick<Placed, 'environment'>): boolean {
  const hosts = manifest.environments[b.environment]?.hosts ?? [];
  return (manifest.environments[a.environment]?.hosts ?? []).some(({ address }) =>
    hosts.some((host) => host.address === address),
  );
}
