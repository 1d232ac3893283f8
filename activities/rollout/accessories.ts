import { labels, readLabels } from '../../src/model/names';
import type { ServiceScope } from '../../src/model/plan';
import { restartPolicyOf } from '../drivers/docker/translate';
import { makeAccessory } from './containers';
import type { RolloutContext } from './context';
import { ensureContainer } from './ensure-container';
import { findAccessory } from './find-accessory';
import { waitUntilHealthy } from './health';
import { createEnvironmentNetwork, joinAccessoryEverywhere } from './networks';
import { refuseSecondUser } from './one-user';

/**
 * The accessory runs, is healthy, and is in the release's networks. One that is there is never made anew, whether windlass or
 * docker compose made it.
 */
export async function startAccessory(
  ctx: RolloutContext,
  { release, service: name, adopts }: ServiceScope & { adopts?: string },
): Promise<void> {
  const environment = await ctx.environment(release);
  const service = await ctx.service(release, name);
  if (adopts) await ctx.engine.startContainer(adopts);
  const adopted = adopts ? await ctx.engine.inspectContainer(adopts) : undefined;
  let restarts = adopted?.restarts ?? 0;
  if (!adopted) {
    const make = makeAccessory(ctx, environment, service, release);
    await createEnvironmentNetwork(ctx);
    await refuseSecondUser(ctx, environment, service);
    restarts = await ensureContainer(ctx, make);
    // One that was to be made anew may have been stopped for good, and the rollout then terminated.
    await ctx.engine.setRestartPolicy(make.name, restartPolicyOf(service.container));
  }
  const container = adopts ?? makeAccessory(ctx, environment, service, release).name;
  await joinAccessoryEverywhere(ctx, name);
  await waitUntilHealthy(ctx, { name: container, service, environment, restarts });
}

/** Removes the container if this very release made it, never its volume; else it only leaves the release's networks. */
export async function removeAccessory(ctx: RolloutContext, { release, service }: ServiceScope): Promise<void> {
  const { engine, place } = ctx;
  const found = await findAccessory(ctx, service);
  if (!found) return;
  if (readLabels(place.installation, found.labels)?.release === release) {
    await engine.stopContainer(found.name);
    return engine.removeContainer(found.name, { keepVolumes: true });
  }
  const words = { app: place.app, environment: place.environment, release };
  const networks = await engine.listNetworks(labels(place.installation, { role: 'network', ...words }));
  for (const network of networks)
    if (network.name in found.networks) await engine.disconnectNetwork(network.name, found.name);
}
