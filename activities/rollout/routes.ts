import type { EnvironmentRecord } from '../../src/manifest/record';
import { instanceName } from '../../src/model/names';
import type { HostScope } from '../../src/model/plan';
import type { RolloutContext } from './context';

/** Do requests come in for this service? */
export const isRouted = (environment: EnvironmentRecord | undefined, service: string) =>
  environment?.routes.some((route) => route.service === service) ?? false;

/** The proxy runs on the host. */
export async function ensureProxy({ engine, proxy, settings, watch }: RolloutContext): Promise<void> {
  const { installation, proxyImage: image, proxyHttp: http } = settings;
  await proxy.ensure(engine, { installation, image, http }, watch);
}

/** Traffic of the environment goes to the release's instances on this host, or nowhere. */
export async function switchRoutes(ctx: RolloutContext, { release }: HostScope & { release?: string }): Promise<void> {
  const { engine, proxy, place, counter } = ctx;
  const environment = release === undefined ? undefined : await ctx.environment(release);
  const routes = (environment?.routes ?? []).map((route) => {
    const replicas = environment?.services.find(({ name }) => name === route.service)?.replicas ?? 1;
    const instances = numbers(replicas).map((replica) => instanceName(place, release!, route.service, replica));
    return { ...route, instances };
  });
  await proxy.setRoutes(engine, place, { counter, release, routes });
}

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
