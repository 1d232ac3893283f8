import type { RestartPolicy } from '../../../../src/model/container/container';
import { accessoryName, backupName, readLabels } from '../../../../src/model/names';
import type { ServiceScope } from '../../../../src/model/operations/operation';
import type { ContainerMake, ContainerState } from '../../../drivers/docker/engine';
import { type Make, makeAccessory } from '../containers/containers';
import type { DockerContext } from '../context';
import { ensureContainer } from '../containers/ensure-container';
import { waitUntilHealthy } from '../containers/health';
import { isNameless } from '../../../../src/model/container/data';
import { hashSpec } from '../../../engines/hash-spec';
import { createEnvironmentNetwork, joinAccessoryEverywhere } from './networks';
import { refuseSecondUserOf } from '../containers/one-user';

type Changed = ServiceScope & { composed?: string };

/**
 * Recreates the accessory from the release's specification. The former container is stopped and kept:
 * windlass's own is renamed, docker compose's stays as it is. So two never run on one volume, whenever a worker
 * is killed, and going back uses that very container.
 */
export async function recreateAccessory(ctx: DockerContext, scope: Changed): Promise<void> {
  const environment = await ctx.environment(scope.release);
  const service = await ctx.service(scope.release, scope.service);
  const make = makeAccessory(ctx, environment, service, scope.release);
  await createEnvironmentNetwork(ctx);
  await setAside(ctx, make, scope);
  const former = await ctx.engine.inspectContainer(
    scope.composed ?? backupName(ctx.place, scope.service, scope.release),
  );
  const restarts = await ensureContainer(ctx, former ? inheriting(make, former) : make);
  await joinAccessoryEverywhere(ctx, scope.service);
  await waitUntilHealthy(ctx, { name: make.name, service, environment, restarts });
}

/** Puts the kept container back. Without one, restarts the existing container. */
export async function restoreAccessory(
  ctx: DockerContext,
  { release, service, restart, composed }: Changed & { restart: RestartPolicy },
): Promise<void> {
  const { engine, place } = ctx;
  const name = accessoryName(place, service);
  const kept = composed ?? backupName(place, service, release);
  if (await engine.inspectContainer(kept)) {
    await engine.stopContainer(name);
    await engine.removeContainer(name);
    if (!composed) await engine.renameContainer(kept, name);
  }
  const found = await engine.inspectContainer(composed ?? name);
  // The release created it without replacing another, so it is not started here.
  if (!found || (await isOf(ctx, release, service, found))) return;
  await refuseSecondUserOf(ctx, found);
  await engine.setRestartPolicy(found.name, restart);
  await engine.startContainer(found.name);
  await joinAccessoryEverywhere(ctx, service);
  await waitUntilFormerIsHealthy(ctx, service, found);
}

/** Stops and keeps it until the commit, because another service takes over its data. */
export async function setAsideAccessory(ctx: DockerContext, { release, service }: ServiceScope): Promise<void> {
  const { engine, place } = ctx;
  const found = await engine.inspectContainer(accessoryName(place, service));
  if (found) await keep(ctx, found, backupName(place, service, release));
}

/** Its data is in its volumes, which stay. */
export async function discardAccessory(
  { engine, place }: DockerContext,
  { release, service }: ServiceScope,
): Promise<void> {
  await engine.removeContainer(backupName(place, service, release));
}

async function setAside({ engine, place }: DockerContext, make: Make, { release, service, composed }: Changed) {
  const found = await engine.inspectContainer(composed ?? make.name);
  if (!found || readLabels(place.installation, found.labels)?.spec === make.spec) return;
  await keep({ engine }, found, composed ? undefined : backupName(place, service, release));
}

async function keep({ engine }: Pick<DockerContext, 'engine'>, { name }: ContainerState, as: string | undefined) {
  await engine.setRestartPolicy(name, { name: 'no' });
  await engine.stopContainer(name);
  if (as !== undefined) await engine.renameContainer(name, as);
}

/** Like compose: an image's anonymous volume passes to the next container with its content. */
export function inheriting(make: Make, former: ContainerState): Make {
  const whole = async () => {
    const made = await make.whole();
    const host = (made.config['HostConfig'] ?? {}) as { Mounts?: { Target: string }[] };
    const mounts = host.Mounts ?? [];
    const inherited = former.volumes
      .filter((volume) => isNameless(volume.name) && !mounts.some(({ Target }) => Target === volume.target))
      .map(({ name, target }) => ({ Type: 'volume', Source: name, Target: target }));
    const HostConfig = { ...host, Mounts: [...mounts, ...inherited] };
    return { ...made, config: { ...made.config, HostConfig } } satisfies ContainerMake;
  };
  return { ...make, whole };
}

async function isOf(ctx: DockerContext, release: string, service: string, found: ContainerState): Promise<boolean> {
  const environment = await ctx.findEnvironment(release);
  const known = environment?.services.find(({ name }) => name === service);
  if (!environment || known?.kind !== 'accessory') return false;
  return (
    readLabels(ctx.place.installation, found.labels)?.spec === makeAccessory(ctx, environment, known, release).spec
  );
}

async function waitUntilFormerIsHealthy(ctx: DockerContext, name: string, found: ContainerState): Promise<void> {
  const spec = readLabels(ctx.place.installation, found.labels)?.spec;
  for (const environment of await ctx.environments()) {
    const service = environment.services.find((one) => one.name === name && one.kind === 'accessory');
    if (!service || (spec && ![makeAccessory(ctx, environment, service, '').spec, hashSpec(service)].includes(spec)))
      continue;
    return waitUntilHealthy(ctx, { name: found.name, service, environment, restarts: found.restarts });
  }
}
