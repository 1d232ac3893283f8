import { setTimeout as pause } from 'node:timers/promises';
import { environmentNetwork, labels, proxyName, readLabels, releaseNetwork } from '../../../../src/model/names';
import type { ReleaseScope } from '../../../../src/model/operations/operation';
import { proxySettings } from '../../../engines/proxy/proxy-settings';
import type { SwarmContext } from '../context';
import { removeSet } from '../sets/remove';
import { keepSaid } from '../sets/said';
import { pruneSecrets } from './prune';
import { ensureHome, joinProxies } from './proxy';

/** Creates the release's overlays and the environment's, which the proxies join. */
export async function createNetworks(ctx: SwarmContext, { release }: ReleaseScope): Promise<void> {
  const { swarm, place } = ctx;
  const environment = await ctx.environment(release);
  await ensureHome(ctx);
  for (const { name, external, internal, labels: own } of environment.networks) {
    if (external) continue;
    const words = { app: place.app, environment: place.environment, release, step: 'createNetworks' };
    await swarm.createOverlay({
      name: releaseNetwork(place, release, name),
      labels: { ...own, ...labels(place.installation, { role: 'network', ...words }) },
      internal,
    });
  }
  await joinProxies(ctx);
}

/** Removes the release's overlays after its jobs, which were kept so that none runs twice. */
export async function removeNetworks(ctx: SwarmContext, { release }: ReleaseScope): Promise<void> {
  const { swarm, place } = ctx;
  const words = { app: place.app, environment: place.environment, release };
  for (const job of await swarm.listServices(labels(place.installation, { role: 'one-off', ...words }))) {
    await keepSaid(ctx, release, job);
    await removeSet(ctx, job);
  }
  const networks = await swarm.listOverlays(labels(place.installation, { role: 'network', ...words }));
  for (const { name } of networks) await removeOverlay(ctx, name);
}

/** Removes what is left of the environment; never a volume. The proxies go where they serve nobody else. */
export async function leaveSwarm(ctx: SwarmContext): Promise<void> {
  const { edges, place, proxy, settings } = ctx;
  await Promise.all(
    edges.map(async ({ engine }) => {
      await engine.disconnectNetwork(environmentNetwork(place), proxyName(place.installation));
      await proxy.leave(engine, place, proxySettings(settings));
    }),
  );
  await pruneSecrets(ctx);
  await removeOverlay(ctx, environmentNetwork(place));
}

/** The tasks of a service that is removed hold its networks for a moment. */
const FREE_WITHIN_MS = 30_000;

async function removeOverlay(ctx: SwarmContext, name: string): Promise<void> {
  for (const end = Date.now() + FREE_WITHIN_MS; !(await ctx.swarm.removeOverlay(name)); await pause(200)) {
    if (Date.now() < end) continue;
    const users = (await ctx.swarm.listServices({})).filter(({ spec }) =>
      spec.TaskTemplate.Networks?.some(({ Target }) => Target === name),
    );
    const who = users.map((one) => readLabels(ctx.place.installation, one.labels)?.service ?? one.name).join(', ');
    throw ctx.fail({
      kind: 'conflict',
      message: `network ${name} is still in use${who ? ` by ${who}` : ''} and cannot be removed. Find who uses it: docker network inspect --verbose ${name}`,
    });
  }
}
