import { instanceName } from '../../../../src/model/names';
import type { CommonOperations } from '../../../../src/model/operations/common';
import { isRouted } from '../../../engines/proxy/routes';
import type { SwarmContext } from '../context';
import { scale } from '../sets/change';
import { drainSet } from '../sets/drain';
import { ensureSet } from '../sets/ensure';
import { makeSet } from '../sets/make';
import { hasEnded, removeSet, waitUntilEnded } from '../sets/remove';
import { keepSaid } from '../sets/said';
import { seal } from '../sets/seal';
import { waitUntilRunning } from '../sets/wait';

/** The set is wanted with `count` tasks at the least, and that many run and are healthy. */
export async function startInstances(
  ctx: SwarmContext,
  { release, service: name, count }: CommonOperations['startInstances'],
): Promise<void> {
  const environment = await ctx.environment(release);
  const service = await ctx.service(release, name);
  const make = makeSet(ctx, environment, service, release);
  const found = await ctx.swarm.inspectService(make.name);
  // What ended before is no news.
  const before = found ? (await ctx.swarm.listTasks([found.id])).filter(hasEnded) : [];
  await ensureSet(ctx, make, count);
  await waitUntilRunning(ctx, make, count, before);
  await seal(ctx, make.name);
}

/** No more than `left` are wanted, and the others have ended with their own signal and grace. */
export async function stopInstances(
  ctx: SwarmContext,
  { release, service, left, drain }: CommonOperations['stopInstances'],
): Promise<void> {
  const name = instanceName(ctx.place, release, service);
  const found = await ctx.swarm.inspectService(name);
  if (!found) return;
  if (drain && left === 0) await drainRouted(ctx, release, service, name);
  await scale(ctx, name, (wanted) => Math.min(wanted, left));
  await waitUntilEnded(ctx, found, left);
}

/** As `stopInstances`; a set of none goes. */
export async function removeInstances(
  ctx: SwarmContext,
  { release, service, left }: CommonOperations['removeInstances'],
): Promise<void> {
  const name = instanceName(ctx.place, release, service);
  await stopInstances(ctx, { target: ctx.host, release, service, left, drain: true });
  const found = left === 0 ? await ctx.swarm.inspectService(name) : undefined;
  if (!found) return;
  await keepSaid(ctx, release, found);
  await removeSet(ctx, found);
}

/** The drain time of an unknown set. */
const UNKNOWN_DRAIN_MS = 10_000;

/** Of a set that is scaled down the swarm chooses who goes, so only a whole one is waited for. */
async function drainRouted(ctx: SwarmContext, release: string, service: string, name: string): Promise<void> {
  const environment = await ctx.findEnvironment(release);
  if (environment && !isRouted(environment, service)) return;
  const within = environment?.services.find((one) => one.name === service)?.drainMs ?? UNKNOWN_DRAIN_MS;
  if (!(await drainSet(ctx, name, within)))
    ctx.watch.onProgress?.(`${name} still has requests in flight and is stopped with its own grace`);
}
