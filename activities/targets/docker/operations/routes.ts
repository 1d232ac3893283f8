import type { EnvironmentRecord } from '../../../../src/manifest/record/record';
import { instancesOn } from '../../../../src/model/target';
import { instanceName, type EnvironmentRef } from '../../../../src/model/names';
import type { OperationInputs } from '../../../../src/model/plan';
import type { RouteTo } from '../../../drivers/proxy/routes/route-set';
import { routeSet } from '../../../engines/proxy/routes';
import type { DockerContext } from '../context';

/**
 * Routes the environment's traffic to the release's instances on this host, or nowhere; to none while `closed`.
 * With `part` the rest goes to another release; a route that only one of them has is not split.
 */
export async function switchRoutes(ctx: DockerContext, input: OperationInputs['switchRoutes']): Promise<void> {
  const routesOf = (release: string, first?: Record<string, number>) => routesHere(ctx, release, first);
  await ctx.proxy.setRoutes(ctx.engine, ctx.place, await routeSet(ctx, input, routesOf));
}

async function routesHere(ctx: DockerContext, release: string, first: Record<string, number> = {}): Promise<RouteTo[]> {
  return routesOn(ctx.place, await ctx.environment(release), release, ctx.host, first);
}

/** An environment's routes with a release's instances on a host. */
export function routesOn(
  place: EnvironmentRef,
  environment: EnvironmentRecord,
  release: string,
  host: string,
  first: Record<string, number> = {},
): RouteTo[] {
  const here = instancesOn(environment, host);
  return environment.routes.flatMap((route) => {
    const instances = here
      .filter(({ service, replica }) => service.name === route.service && replica <= (first[service.name] ?? Infinity))
      .map(({ replica }) => instanceName(place, release, route.service, replica));
    // A service on other hosts has its routes there.
    return instances.length > 0 ? [{ ...route, instances }] : [];
  });
}
