import { accessoryName, keptName, readLabels } from '../../src/model/names';
import type { RestartPolicy } from '../../src/model/observed';
import type { ServiceScope } from '../../src/model/plan';
import type { ContainerMake, ContainerState } from '../drivers/docker/engine';
import { type Make, makeAccessory } from './containers';
import type { RolloutContext } from './context';
import { ensureContainer } from './ensure-container';
import { waitUntilHealthy } from './health';
import { createEnvironmentNetwork, joinAccessoryEverywhere } from './networks';
import { refuseSecondUser } from './one-user';

/** `composed` is the container that docker compose made, where the accessory is still that one. */
type Changed = ServiceScope & { composed?: string };

/**
 * The accessory is made from the release's specification. The container that ran is stopped before, and kept: windlass's own
 * under another name, as the name is needed, one of docker compose as it is. So two never run on one volume, whenever a
 * worker is killed, and the way back is that very container.
 */
export async function recreateAccessory(ctx: RolloutContext, scope: Changed): Promise<void> {
  const environment = await ctx.environment(scope.release);
  const service = await ctx.service(scope.release, scope.service);
  const make = makeAccessory(ctx, environment, service, scope.release);
  await createEnvironmentNetwork(ctx);
  await setAside(ctx, make, scope);
  const former = await ctx.engine.inspectContainer(scope.composed ?? keptName(ctx.place, scope.service, scope.release));
  await refuseSecondUser(ctx, environment, service);
  const restarts = await ensureContainer(ctx, former ? inheriting(make, former) : make);
  await joinAccessoryEverywhere(ctx, scope.service);
  await waitUntilHealthy(ctx, { name: make.name, service, environment, restarts });
}

/** The container that was kept is the accessory again. Where none was kept, it is the one that there is, running again. */
export async function restoreAccessory(
  ctx: RolloutContext,
  { release, service, restart, composed }: Changed & { restart: RestartPolicy },
): Promise<void> {
  const { engine, place } = ctx;
  const name = accessoryName(place, service);
  const kept = composed ?? keptName(place, service, release);
  if (await engine.inspectContainer(kept)) {
    await engine.stopContainer(name);
    await engine.removeContainer(name, { keepVolumes: true });
    if (!composed) await engine.renameContainer(kept, name);
  }
  const found = await engine.inspectContainer(composed ?? name);
  // What the release made, and not in place of another: it is not ours to start.
  if (!found || (await isOf(ctx, release, service, found))) return;
  await engine.setRestartPolicy(found.name, restart);
  await engine.startContainer(found.name);
  await joinAccessoryEverywhere(ctx, service);
  await waitUntilFormerIsHealthy(ctx, service, found);
}

/** Its data is in its volumes, which stay. */
export async function discardAccessory(
  { engine, place }: RolloutContext,
  { release, service }: ServiceScope,
): Promise<void> {
  await engine.removeContainer(keptName(place, service, release), { keepVolumes: true });
}

/** First it must not come back by itself, then it ends, then it makes room: each may have been done by an earlier attempt. */
async function setAside({ engine, place }: RolloutContext, make: Make, { release, service, composed }: Changed) {
  const found = await engine.inspectContainer(composed ?? make.name);
  if (!found || readLabels(place.installation, found.labels)?.spec === make.spec) return;
  await engine.setRestartPolicy(found.name, { name: 'no' });
  await engine.stopContainer(found.name);
  if (!composed) await engine.renameContainer(found.name, keptName(place, service, release));
}

/** As compose does it: a volume without a name, that an image asks for, goes on to the next container with what is in it. */
function inheriting(make: Make, former: ContainerState): Make {
  const isNameless = ({ name }: ContainerState['volumes'][number]) => /^[0-9a-f]{64}$/.test(name);
  const whole = async () => {
    const made = await make.whole();
    const host = (made.config['HostConfig'] ?? {}) as { Mounts?: { Target: string }[] };
    const mounts = host.Mounts ?? [];
    const inherited = former.volumes
      .filter((volume) => isNameless(volume) && !mounts.some(({ Target }) => Target === volume.target))
      .map(({ name, target }) => ({ Type: 'volume', Source: name, Target: target }));
    const HostConfig = { ...host, Mounts: [...mounts, ...inherited] };
    return { ...made, config: { ...made.config, HostConfig } } satisfies ContainerMake;
  };
  return { ...make, whole };
}

/** Was this container made by that release, from what it says of the service? */
async function isOf(ctx: RolloutContext, release: string, service: string, found: ContainerState): Promise<boolean> {
  const environment = await ctx.findEnvironment(release);
  const known = environment?.services.find(({ name }) => name === service);
  if (!environment || !known) return false;
  return (
    readLabels(ctx.place.installation, found.labels)?.spec === makeAccessory(ctx, environment, known, release).spec
  );
}

/** By what is on record of the release that it is of; where nothing is, the engine has started it, and that is all there is to know. */
async function waitUntilFormerIsHealthy(ctx: RolloutContext, name: string, found: ContainerState): Promise<void> {
  const spec = readLabels(ctx.place.installation, found.labels)?.spec;
  for (const environment of await ctx.environments()) {
    const service = environment.services.find((one) => one.name === name && one.kind === 'accessory');
    if (!service || (spec && makeAccessory(ctx, environment, service, '').spec !== spec)) continue;
    return waitUntilHealthy(ctx, { name: found.name, service, environment, restarts: found.restarts });
  }
}
