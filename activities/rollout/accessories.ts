import { accessoryName, labels, readLabels } from '../../src/model/names';
import type { ServiceScope } from '../../src/model/plan';
import { restartPolicyOf } from '../drivers/docker/translate';
import { makeAccessory } from './containers';
import type { RolloutContext } from './context';
import { ensureContainer } from './ensure-container';
import { waitUntilHealthy } from './health';
import { createEnvironmentNetwork, joinAccessoryEverywhere } from './networks';

/** The accessory runs, is healthy, and is in the release's networks. One that is there is never made anew. */
export async function startAccessory(ctx: RolloutContext, { release, service: name }: ServiceScope): Promise<void> {
  const environment = await ctx.environment(release);
  const service = await ctx.service(release, name);
  await createEnvironmentNetwork(ctx);
  const make = makeAccessory(ctx, environment, service, release);
  const restarts = await ensureContainer(ctx, make);
  // One that was to be made anew may have been stopped for good, and the rollout then terminated.
  await ctx.engine.setRestartPolicy(make.name, restartPolicyOf(service.container));
  await joinAccessoryEverywhere(ctx, name);
  await waitUntilHealthy(ctx, { name: make.name, service, environment, restarts });
}

/** Removes the container if this very release made it, never its volume; else it only leaves the release's networks. */
export async function removeAccessory(ctx: RolloutContext, { release, service }: ServiceScope): Promise<void> {
  const { engine, place } = ctx;
  const name = accessoryName(place, service);
  const found = await engine.inspectContainer(name);
  if (!found) return;
  if (readLabels(place.installation, found.labels)?.release === release) {
    await engine.stopContainer(name);
    return engine.removeContainer(name);
  }
  const words = { app: place.app, environment: place.environment, release };
  const networks = await engine.listNetworks(labels(place.installation, { role: 'network', ...words }));
  for (const network of networks)
    if (network.name in found.networks) await engine.disconnectNetwork(network.name, name);
}
