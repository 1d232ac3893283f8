import type { EnvironmentRecord } from '../../src/manifest/record';
import { instancesOn } from '../../src/model/host';
import { instanceName } from '../../src/model/names';
import type { OperationInputs } from '../../src/model/plan';
import { readAddress } from '../drivers/proxy/container';
import type { RouteTo } from '../drivers/proxy/proxy';
import type { RolloutContext } from './context';

/** Do requests come in for this service? */
export const isRouted = (environment: EnvironmentRecord | undefined, service: string) =>
  environment?.routes.some((route) => route.service === service) ?? false;

/**
 * Traffic of the environment goes to the release's instances on this host, or nowhere; to none of them while `closed`. With
 * `part` the rest goes to another release: a route that only one of the two has is wholly its own.
 */
export async function switchRoutes(
  ctx: RolloutContext,
  { release, closed, part }: OperationInputs['switchRoutes'],
): Promise<void> {
  const { engine, proxy, place, counter } = ctx;
  const own = release === undefined ? [] : await routesHere(ctx, release, part?.instances);
  const others = part ? await routesHere(ctx, part.beside.release, part.beside.instances) : [];
  const shared = own.map((route): RouteTo => {
    const other = others.find((one) => isSameAddress(one, route));
    if (!part || !other) return closed ? { ...route, instances: [] } : route;
    return { ...route, beside: { percent: part.percent, port: other.port, instances: other.instances } };
  });
  const left = others.filter((route) => !own.some((one) => isSameAddress(one, route)));
  const routes = [...shared, ...left];
  const { proxyHttps, acme } = ctx.settings;
  const https = proxyHttps !== undefined && routes.some((route) => route.https);
  await proxy.setRoutes(engine, place, {
    counter,
    release,
    routes,
    ...(https && { https: { port: readAddress(proxyHttps).port, acme: acme !== undefined } }),
  });
}

/** The routes of a release with their instances on this host; of a service only the first so many, where that is said. */
async function routesHere(
  ctx: RolloutContext,
  release: string,
  first: Record<string, number> = {},
): Promise<RouteTo[]> {
  const environment = await ctx.environment(release);
  const here = instancesOn(environment, ctx.host);
  return environment.routes.flatMap((route) => {
    const instances = here
      .filter(({ service, replica }) => service.name === route.service && replica <= (first[service.name] ?? Infinity))
      .map(({ replica }) => instanceName(ctx.place, release, route.service, replica));
    // What runs on other hosts has its route there.
    return instances.length > 0 ? [{ ...route, instances }] : [];
  });
}

const isSameAddress = (a: RouteTo, b: RouteTo) => a.host === b.host && a.path === b.path;
