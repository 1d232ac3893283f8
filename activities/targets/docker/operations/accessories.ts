import { labels, readLabels } from '../../../../src/model/names';
import type { ServiceScope } from '../../../../src/model/operations/operation';
import type { OperationInputs } from '../../../../src/model/plan';
import { restartPolicyOf } from '../../../drivers/docker/containers/translate';
import { makeAccessory } from '../containers/containers';
import type { DockerContext } from '../context';
import { ensureContainer } from '../containers/ensure-container';
import { findAccessory } from '../containers/find-accessory';
import { waitUntilHealthy } from '../containers/health';
import { createEnvironmentNetwork, joinAccessoryEverywhere } from './networks';
import { refuseSecondUserOf } from '../containers/one-user';
import { inheriting } from './recreate';

/**
 * Starts the accessory, waits until it is healthy, and joins it to the release's networks. An existing one is
 * never recreated, even if docker compose created it.
 */
export async function startAccessory(
  ctx: DockerContext,
  { release, service: name, adopts, inherits }: OperationInputs['startAccessory'],
): Promise<void> {
  const environment = await ctx.environment(release);
  const service = await ctx.service(release, name);
  const adopted = adopts ? await ctx.engine.inspectContainer(adopts) : undefined;
  if (adopted) {
    await refuseSecondUserOf(ctx, adopted);
    await ctx.engine.startContainer(adopted.name);
  }
  let restarts = adopted?.restarts ?? 0;
  if (!adopted) {
    const make = makeAccessory(ctx, environment, service, release);
    await createEnvironmentNetwork(ctx);
    const former = inherits === undefined ? undefined : await ctx.engine.inspectContainer(inherits);
    restarts = await ensureContainer(ctx, former ? inheriting(make, former) : make);
    // A terminated rollout may have stopped it and switched off its restarts.
    await ctx.engine.setRestartPolicy(make.name, restartPolicyOf(service.container));
  }
  const container = adopts ?? makeAccessory(ctx, environment, service, release).name;
  await joinAccessoryEverywhere(ctx, name);
  await waitUntilHealthy(ctx, { name: container, service, environment, restarts });
}

/**
 * Removes the container if this very release created it, never its volume; otherwise it only leaves the
 * release's networks.
 */
export async function removeAccessory(ctx: DockerContext, { release, service }: ServiceScope): Promise<void> {
  const { engine, place } = ctx;
  const found = await findAccessory(ctx, service);
  if (!found) return;
  if (readLabels(place.installation, found.labels)?.release === release) {
    await engine.stopContainer(found.name);
    return engine.removeContainer(found.name);
  }
  const words = { app: place.app, environment: place.environment, release };
  const networks = await engine.listNetworks(labels(place.installation, { role: 'network', ...words }));
  for (const network of networks)
    if (network.name in found.networks) await engine.disconnectNetwork(network.name, found.name);
}
