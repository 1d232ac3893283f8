import type { EnvironmentRecord } from '../../../../src/manifest/record/record';
import { servicesOn } from '../../../../src/model/target';
import {
  environmentNetwork,
  labels,
  proxyName,
  proxyNetwork,
  readLabels,
  releaseNetwork,
} from '../../../../src/model/names';
import type { ReleaseScope } from '../../../../src/model/operations/operation';
import type { Service } from '../../../../src/model/service';
import type { DockerContext } from '../context';
import { findAccessory } from '../containers/find-accessory';
import { saveOutput } from '../containers/output';
import { isRouted } from '../../../engines/proxy/routes';

/** Creates the release's networks, and joins the proxy and running accessories. */
export async function createNetworks(ctx: DockerContext, { release }: ReleaseScope): Promise<void> {
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

/** Creates the home network of the environment's accessories, if it has any. */
export async function createEnvironmentNetwork({ engine, place }: DockerContext): Promise<void> {
  const words = { app: place.app, environment: place.environment, step: 'startAccessory' };
  await engine.createNetwork({
    name: environmentNetwork(place),
    labels: labels(place.installation, { role: 'network', ...words }),
  });
}

/**
 * Removes the release's networks after its one-off containers, which were kept so that none runs twice. A
 * stopped proxy that cannot restart without these networks is repaired now, not by the next release.
 */
export async function removeNetworks(ctx: DockerContext, { release }: ReleaseScope): Promise<void> {
  const { engine, place } = ctx;
  const words = { app: place.app, environment: place.environment, release };
  const [oneOffs, networks] = await Promise.all([
    engine.listContainers(labels(place.installation, { role: 'one-off', ...words })),
    engine.listNetworks(labels(place.installation, { role: 'network', ...words })),
  ]);
  await Promise.all(
    oneOffs.map(async ({ name, state }) => {
      if (state === 'running') await engine.stopContainer(name);
      await saveOutput(ctx, release, name);
      await engine.removeContainer(name);
    }),
  );
  for (const { name } of networks) await engine.removeNetwork(name);
  await ctx.proxy.revive(engine, place.installation, ctx.watch);
}

/** A service's networks in a release, by their names on the engine, with its name and aliases. */
export function networksOf(
  ctx: DockerContext,
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

/** Joins a running accessory to the networks of each release that uses it, under its service's name. */
export async function joinAccessory(
  ctx: DockerContext,
  environment: EnvironmentRecord,
  service: Service,
  release: string,
): Promise<void> {
  const found = await findAccessory(ctx, service.name);
  if (!found) return;
  for (const { name, aliases } of networksOf(ctx, environment, service, release))
    await ctx.engine.connectNetwork(name, found.name, aliases);
}

/** Like `joinAccessory`, for every release involved that has networks here, including the old one. */
export async function joinAccessoryEverywhere(ctx: DockerContext, name: string): Promise<void> {
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

/** Joins the proxy to the release's networks of routed services; to external ones only if there is no other. */
export async function connectProxy(ctx: DockerContext, environment: EnvironmentRecord, release: string): Promise<void> {
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

/**
 * A published port belongs to the network whose name sorts first; joining an earlier one loses requests (measured).
 */
function refuseEarlierName(ctx: DockerContext, network: string): void {
  const home = proxyNetwork(ctx.place.installation);
  if (network >= home) return;
  throw ctx.fail({
    kind: 'network-sorts-first',
    message:
      `the proxy would have to join ${network}, which sorts before its own network ${home}, and would lose requests. ` +
      `Add the routed service to another network than the external one in the compose file`,
  });
}
