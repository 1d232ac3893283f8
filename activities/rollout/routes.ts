import type { EnvironmentRecord } from '../../src/manifest/record';
import { instancesOn } from '../../src/model/host';
import { instanceName } from '../../src/model/names';
import type { OperationInputs } from '../../src/model/plan';
import type { RolloutContext } from './context';

/** Do requests come in for this service? */
export const isRouted = (environment: EnvironmentRecord | undefined, service: string) =>
  environment?.routes.some((route) => route.service === service) ?? false;

/** The proxy runs on the host. */
export async function ensureProxy({ engine, proxy, settings, watch }: RolloutContext): Promise<void> {
  const { installation, proxyImage: image, proxyHttp: http } = settings;
  await proxy.ensure(engine, { installation, image, http }, watch);
}

/** Traffic of the environment goes to the release's instances on this host, or nowhere; to none of them while `closed`. */
export async function switchRoutes(
  ctx: RolloutContext,
  { release, closed }: OperationInputs['switchRoutes'],
): Promise<void> {
  const { engine, proxy, place, counter } = ctx;
  const environment = release === undefined ? undefined : await ctx.environment(release);
  const here = environment ? instancesOn(environment, ctx.host) : [];
  const routes = (environment?.routes ?? []).flatMap((route) => {
    const own = here.filter(({ service }) => service.name === route.service);
    const instances = own.map(({ replica }) => instanceName(place, release!, route.service, replica));
    // What runs on other hosts has its route there.
    return own.length > 0 ? [{ ...route, instances: closed ? [] : instances }] : [];
  });
  await proxy.setRoutes(engine, place, { counter, release, routes });
}
