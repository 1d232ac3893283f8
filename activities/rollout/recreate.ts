import { accessoryName, keptName, readLabels } from '../../src/model/names';
import type { RestartPolicy } from '../../src/model/observed';
import type { ServiceScope } from '../../src/model/plan';
import type { ContainerMake, ContainerState } from '../drivers/docker/engine';
import { type Make, makeAccessory } from './containers';
import type { RolloutContext } from './context';
import { ensureContainer } from './ensure-container';
import { waitUntilHealthy } from './health';
import { createEnvironmentNetwork, joinAccessoryEverywhere } from './networks';

/**
 * The accessory is made from the release's specification. The container that ran is stopped before, and kept under another
 * name: so two never run on one volume, whenever a worker is killed, and the way back is that very container.
 */
export async function recreateAccessory(ctx: RolloutContext, scope: ServiceScope): Promise<void> {
  const environment = await ctx.environment(scope.release);
  const service = await ctx.service(scope.release, scope.service);
  const make = makeAccessory(ctx, environment, service, scope.release);
  await createEnvironmentNetwork(ctx);
  const found = await ctx.engine.inspectContainer(make.name);
  if (found && readLabels(ctx.place.installation, found.labels)?.spec !== make.spec) await setAside(ctx, found, scope);
  const former = await ctx.engine.inspectContainer(keptName(ctx.place, scope.service, scope.release));
  const restarts = await ensureContainer(ctx, former ? inheriting(make, former) : make);
  await joinAccessoryEverywhere(ctx, scope.service);
  await waitUntilHealthy(ctx, { name: make.name, service, environment, restarts });
}

/** The container that was kept is the accessory again. Where none was kept, it is the one that there is, running again. */
export async function restoreAccessory(
  ctx: RolloutContext,
  { release, service, restart }: ServiceScope & { restart: RestartPolicy },
): Promise<void> {
  const { engine, place } = ctx;
  const [name, kept] = [accessoryName(place, service), keptName(place, service, release)];
  if (await engine.inspectContainer(kept)) {
    await engine.stopContainer(name);
    await engine.removeContainer(name, { keepVolumes: true });
    await engine.renameContainer(kept, name);
  }
  const found = await engine.inspectContainer(name);
  // What the release made, and not in place of another: it is not ours to start.
  if (!found || (await isOf(ctx, release, service, found))) return;
  await engine.setRestartPolicy(name, restart);
  await engine.startContainer(name);
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
async function setAside(
  { engine, place }: RolloutContext,
  { name }: ContainerState,
  { release, service }: ServiceScope,
) {
  await engine.setRestartPolicy(name, { name: 'no' });
  await engine.stopContainer(name);
  await engine.renameContainer(name, keptName(place, service, release));
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
  for (const environment of await ctx.environments()) {
    const service = environment.services.find((one) => one.name === name && one.kind === 'accessory');
    const spec = readLabels(ctx.place.installation, found.labels)?.spec;
    if (!service || makeAccessory(ctx, environment, service, '').spec !== spec) continue;
    return waitUntilHealthy(ctx, { name: found.name, service, environment, restarts: found.restarts });
  }
}
