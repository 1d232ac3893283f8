import type { EnvironmentRecord } from '../../src/manifest/record';
import { servicesOn } from '../../src/model/host';
import { environmentNetwork, labels, proxyName, proxyNetwork, readLabels, releaseNetwork } from '../../src/model/names';
import type { ReleaseScope } from '../../src/model/plan';
import type { Service } from '../../src/model/service';
import type { RolloutContext } from './context';
import { findAccessory } from './find-accessory';
import { isRouted } from './routes';

/** The release's networks exist; the proxy and the accessories that run are in them. */
export async function createNetworks(ctx: RolloutContext, { release }: ReleaseScope): Promise<void> {
  const { engine, place } = ctx;
  const environment = await ctx.environment(release);
  for (const { name, external, labels: own, ...network } of environment.networks) {
    if (external) continue;
    const words = { app: place.app, environment: place.environment, release, step: 'createNetworks' };
    await engine.createNetwork({
      ...network,
      name: releaseNetwork(place, release, name),
      labels: { ...own, ...labels(place.installation, { role: 'network', ...words }) },
    });
  }
  await connectProxy(ctx, environment, release);
  for (const service of servicesOn(environment, ctx.host).filter(({ kind }) => kind === 'accessory'))
    await joinAccessory(ctx, environment, service, release);
}

/** The home of the environment's accessories; one without them needs none. */
export async function createEnvironmentNetwork({ engine, place }: RolloutContext): Promise<void> {
  const words = { app: place.app, environment: place.environment, step: 'startAccessory' };
  await engine.createNetwork({
    name: environmentNetwork(place),
    labels: labels(place.installation, { role: 'network', ...words }),
  });
}

/**
 * Removes the release's networks, and before them its one-off containers, which were kept so that none runs twice. The proxy was
 * in these networks: one that the engine could not start again without them is brought back now, not by the next release.
 */
export async function removeNetworks(ctx: RolloutContext, { release }: ReleaseScope): Promise<void> {
  const { engine, place } = ctx;
  const words = { app: place.app, environment: place.environment, release };
  const [oneOffs, networks] = await Promise.all([
    engine.listContainers(labels(place.installation, { role: 'one-off', ...words })),
    engine.listNetworks(labels(place.installation, { role: 'network', ...words })),
  ]);
  await Promise.all(
    oneOffs.map(async ({ name, state }) => {
      if (state === 'running') await engine.stopContainer(name);
      await engine.removeContainer(name);
    }),
  );
  for (const { name } of networks) await engine.removeNetwork(name);
  await ctx.proxy.revive(engine, place.installation, ctx.watch);
}

/** The networks of a service in a release, by their names on the engine, in which it goes by its name and its aliases. */
export function networksOf(
  ctx: RolloutContext,
  environment: EnvironmentRecord,
  service: Service,
  release: string,
): { name: string; aliases: string[] }[] {
  return service.networks.map(({ network, aliases }) => ({
    name:
      environment.networks.find((one) => one.name === network)?.external ?? releaseNetwork(ctx.place, release, network),
    aliases: [...new Set([service.name, ...aliases])],
  }));
}

/** An accessory that runs goes by its service's name in the networks of each release that uses it. */
export async function joinAccessory(
  ctx: RolloutContext,
  environment: EnvironmentRecord,
  service: Service,
  release: string,
): Promise<void> {
  const found = await findAccessory(ctx, service.name);
  if (!found) return;
  for (const { name, aliases } of networksOf(ctx, environment, service, release))
    await ctx.engine.connectNetwork(name, found.name, aliases);
}

/** As `joinAccessory`, for every release that takes part and has its networks here: the one that is being left needs it, too. */
export async function joinAccessoryEverywhere(ctx: RolloutContext, name: string): Promise<void> {
  const { engine, place } = ctx;
  const words = { app: place.app, environment: place.environment };
  const networks = await engine.listNetworks(labels(place.installation, { role: 'network', ...words }));
  const here = new Set(networks.flatMap((network) => readLabels(place.installation, network.labels)?.release ?? []));
  for (const { release } of await ctx.records()) {
    const environment = await ctx.findEnvironment(release);
    const service = environment?.services.find((one) => one.name === name && one.kind === 'accessory');
    if (environment && service && here.has(release)) await joinAccessory(ctx, environment, service, release);
  }
}

/** The proxy joins the networks that routed services have in the release; external ones only for want of another. */
export async function connectProxy(
  ctx: RolloutContext,
  environment: EnvironmentRecord,
  release: string,
): Promise<void> {
  const { engine, place } = ctx;
  const isExternal = (name: string) => environment.networks.some(({ external }) => external === name);
  const wanted = servicesOn(environment, ctx.host)
    .filter((service) => isRouted(environment, service.name))
    .flatMap((service) => {
      const all = networksOf(ctx, environment, service, release).map(({ name }) => name);
      const own = all.filter((name) => !isExternal(name));
      return own.length > 0 ? own : all;
    });
  for (const network of new Set(wanted)) {
    refuseEarlierName(ctx, network);
    await engine.connectNetwork(network, proxyName(place.installation), []);
  }
}

/** A published port belongs to the network whose name sorts first; joining an earlier one loses requests (measured). */
function refuseEarlierName(ctx: RolloutContext, network: string): void {
  const home = proxyNetwork(ctx.place.installation);
  if (network >= home) return;
  throw ctx.fail({
    kind: 'network-sorts-first',
    message:
      `the proxy would have to join ${network}, whose name sorts before its own network ${home}, and lose requests by it. ` +
      `Put the routed service into a network of the compose file besides the external one`,
  });
}
