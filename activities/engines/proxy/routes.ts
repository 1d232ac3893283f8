import type { EnvironmentRecord } from '../../../src/manifest/record/record';
import type { OperationInputs } from '../../../src/model/plan';
import { readAddress } from '../../../src/model/host/proxy';
import type { RouteSet, RouteTo } from '../../drivers/proxy/routes/route-set';
import type { OperationContext } from '../../rollout/context';

export const isRouted = (environment: EnvironmentRecord | undefined, service: string) =>
  environment?.routes.some((route) => route.service === service) ?? false;

/** The set that a proxy is to serve, of the routes that each release has there. */
export async function routeSet(
  { counter, settings }: Pick<OperationContext, 'counter' | 'settings'>,
  { release, closed, part }: OperationInputs['switchRoutes'],
  routesOf: (release: string, first?: Record<string, number>) => Promise<RouteTo[]>,
): Promise<RouteSet> {
  const own = release === undefined ? [] : await routesOf(release, part?.instances);
  const others = part ? await routesOf(part.beside.release, part.beside.instances) : [];
  const shared = own.map((route): RouteTo => {
    const other = others.find((one) => isSameAddress(one, route));
    if (!part || !other) return closed ? { ...route, instances: [] } : route;
    return { ...route, beside: besideOf(other, part.percent) };
  });
  const left = others.filter((route) => !own.some((one) => isSameAddress(one, route)));
  const routes = [...shared, ...left];
  const { proxyHttps, acme } = settings;
  const https = proxyHttps !== undefined && routes.some((route) => route.https);
  return {
    counter,
    release,
    routes,
    ...(https && { https: { port: readAddress(proxyHttps).port, acme: acme !== undefined } }),
  };
}

const besideOf = ({ port, protocol, instances }: RouteTo, percent: number): NonNullable<RouteTo['beside']> => ({
  percent,
  port,
  ...(protocol && { protocol }),
  instances,
});

const isSameAddress = (a: RouteTo, b: RouteTo) => a.host === b.host && a.path === b.path;
