import type { EnvironmentRecord } from '../../../../src/manifest/record/record';
import { instanceName, type EnvironmentRef } from '../../../../src/model/names';
import type { OperationInputs } from '../../../../src/model/plan';
import { servicesOn } from '../../../../src/model/target';
import type { RouteTo } from '../../../drivers/proxy/routes/route-set';
import { routeSet } from '../../../engines/proxy/routes';
import type { SwarmContext } from '../context';

/** Routes the environment's traffic to the release's sets on every edge, and waits until each proxy serves it. */
export async function switchRoutes(ctx: SwarmContext, input: OperationInputs['switchRoutes']): Promise<void> {
  const routesOf = async (release: string, first?: Record<string, number>) =>
    routesTo(ctx.place, await ctx.environment(release), release, ctx.host, first);
  const set = await routeSet(ctx, input, routesOf);
  const each = await Promise.allSettled(ctx.edges.map(({ engine }) => ctx.proxy.setRoutes(engine, ctx.place, set)));
  for (const one of each) if (one.status === 'rejected') throw one.reason;
}

/** The name of a set leads to all its tasks. Where none may be counted on yet, there is no route to it. */
export function routesTo(
  place: EnvironmentRef,
  environment: EnvironmentRecord,
  release: string,
  target: string,
  first: Record<string, number> = {},
): RouteTo[] {
  const here = new Set(servicesOn(environment, target).map(({ name }) => name));
  return environment.routes
    .filter(({ service }) => here.has(service) && (first[service] ?? 1) > 0)
    .map((route) => ({ ...route, instances: [instanceName(place, release, route.service)] }));
}
