import { accessoryName, backupName, readLabels } from '../../../../src/model/names';
import type { EngineOperations } from '../../../../src/model/operations/engine';
import type { ServiceScope } from '../../../../src/model/operations/operation';
import type { ServiceState, ServiceWords } from '../../../drivers/swarm/swarm';
import { loginForImage } from '../../../engines/registry-login';
import type { SwarmContext } from '../context';
import { change, scale } from '../sets/change';
import { ensureSet } from '../sets/ensure';
import { makeAccessory } from '../sets/make';
import { pin, refuseSecondUser } from '../sets/pin';
import { seal } from '../sets/seal';
import { hasEnded, removeSet, waitUntilEnded } from '../sets/remove';
import { asItIs, waitUntilRunning } from '../sets/wait';
import { startComposed, stopComposed } from './composed';
import { ensureHome } from './proxy';

/** Starts the accessory on the node of its data, and waits until it is healthy. One that is there stays as it is. */
export async function startAccessory(
  ctx: SwarmContext,
  { release, service: name, adopts, inherits }: EngineOperations['startAccessory'],
): Promise<void> {
  const { swarm } = ctx;
  const { environment, service, make } = await wanted(ctx, { release, service: name, target: ctx.host });
  await ensureHome(ctx);
  const found = await swarm.inspectService(make.name);
  await refuseSecondUser(ctx, environment, service);
  if (found) {
    await scale(ctx, make.name, (count) => Math.max(count, 1));
    return run(ctx, asItIs(ctx, make, found), found);
  }
  const former = await Promise.all(
    [adopts, inherits].map(async (one) => (one ? swarm.inspectService(one) : undefined)),
  );
  await ensureSet(ctx, make, 1, await pin(ctx, environment, service, former));
  await run(ctx, make, undefined);
}

/** Removes an accessory that this very release created; never its volume. */
export async function removeAccessory(ctx: SwarmContext, { release, service }: ServiceScope): Promise<void> {
  const found = await ctx.swarm.inspectService(accessoryName(ctx.place, service));
  if (found && readLabels(ctx.place.installation, found.labels)?.release === release) await removeSet(ctx, found);
}

/**
 * Changes the accessory to the release's specification: it stops, then starts again on the same node. What it was is kept beside it as a
 * service at 0, from which `restoreAccessory` takes it back; so nothing of it depends on what the swarm itself remembers.
 */
export async function recreateAccessory(
  ctx: SwarmContext,
  scope: EngineOperations['recreateAccessory'],
): Promise<void> {
  const { swarm, place } = ctx;
  const { environment, service, make } = await wanted(ctx, scope);
  await ensureHome(ctx);
  if (scope.composed) await stopComposed(ctx, { target: ctx.host, container: scope.composed });
  const [found, composed] = await Promise.all([
    swarm.inspectService(make.name),
    scope.composed ? swarm.inspectService(scope.composed) : undefined,
  ]);
  const placement = await pin(ctx, environment, service, [found, composed]);
  await refuseSecondUser(ctx, environment, service);
  if (!found) await ensureSet(ctx, make, 1, placement);
  else if (readLabels(place.installation, found.labels)?.spec !== make.spec) {
    if (!scope.composed) await keep(ctx, found, scope);
    const words = await make.whole(1, placement);
    await change(ctx, make.name, () => words);
  } else await scale(ctx, make.name, (count) => Math.max(count, 1));
  await run(ctx, make, found);
}

/** Puts back what was kept. Without anything kept, the accessory is started again. */
export async function restoreAccessory(
  ctx: SwarmContext,
  { release, service: name, restart, composed }: EngineOperations['restoreAccessory'],
): Promise<void> {
  const { swarm, place } = ctx;
  const [found, kept] = await Promise.all([
    swarm.inspectService(accessoryName(place, name)),
    swarm.inspectService(composed ?? backupName(place, name, release)),
  ]);
  if (composed) {
    if (found && kept) await removeSet(ctx, found);
    return startComposed(ctx, { target: ctx.host, container: composed, restart });
  }
  if (!kept) {
    const isOwn = found && readLabels(place.installation, found.labels)?.release === release;
    if (found && !isOwn) await scale(ctx, found.name, (count) => Math.max(count, 1));
    return;
  }
  const former = asServing(kept.spec, accessoryName(place, name));
  if (found) await change(ctx, former.Name, (now) => (isSame(ctx, now, kept) ? undefined : former));
  else await swarm.createService(former, await loginForImage(ctx, release, kept.image));
  await runAsItWas(ctx, name, kept, found);
  await swarm.removeService(kept.name);
}

/** It stops and is kept until the commit, because another service takes over its data. */
export async function setAsideAccessory(ctx: SwarmContext, scope: ServiceScope): Promise<void> {
  const found = await ctx.swarm.inspectService(accessoryName(ctx.place, scope.service));
  if (!found) return;
  await keep(ctx, found, scope);
  await removeSet(ctx, found);
}

/** Its data is in its volumes, which stay. */
export const discardAccessory = ({ swarm, place }: SwarmContext, { release, service }: ServiceScope): Promise<void> =>
  swarm.removeService(backupName(place, service, release));

async function wanted(ctx: SwarmContext, { release, service: name }: ServiceScope) {
  const environment = await ctx.environment(release);
  const service = await ctx.service(release, name);
  return { environment, service, make: makeAccessory(ctx, environment, service, release) };
}

/** What it is now, under another name and at 0. What an earlier attempt kept is the former one, and stays. */
async function keep(ctx: SwarmContext, found: ServiceState, { service, release }: ServiceScope): Promise<void> {
  const name = backupName(ctx.place, service, release);
  const spec = { ...found.spec, Name: name, Mode: { Replicated: { Replicas: 0 } } };
  await ctx.swarm.createService(spec, await loginForImage(ctx, release, found.image));
}

const asServing = (spec: ServiceWords, name: string): ServiceWords => ({
  ...spec,
  Name: name,
  Mode: { Replicated: { Replicas: 1 } },
});

const isSame = ({ place }: SwarmContext, one: ServiceState, other: ServiceState) =>
  one.image === other.image &&
  one.replicas === 1 &&
  readLabels(place.installation, one.labels)?.spec === readLabels(place.installation, other.labels)?.spec;

/** Waits until it runs, of what ended since `found` was seen. */
async function run(ctx: SwarmContext, make: Parameters<typeof waitUntilRunning>[1], found: ServiceState | undefined) {
  const before = found
    ? (await ctx.swarm.listTasks([found.id])).filter((task) => task.image !== make.service.image || hasEnded(task))
    : [];
  await waitUntilRunning(ctx, make, 1, before);
  await seal(ctx, make.name);
}

/** As a release that is known has it; of one that nobody knows only its end is waited for. */
async function runAsItWas(ctx: SwarmContext, name: string, kept: ServiceState, found: ServiceState | undefined) {
  const release = readLabels(ctx.place.installation, kept.labels)?.release ?? '';
  const environment = (await ctx.findEnvironment(release)) ?? (await ctx.environments())[0];
  const service = environment?.services.find((one) => one.name === name);
  if (environment && service) {
    const make = makeAccessory(ctx, environment, service, release);
    return run(ctx, asItIs(ctx, make, kept), found);
  }
  if (found) await waitUntilEnded(ctx, found, 1);
}
