import { instanceName } from '../../../../src/model/names';
import type { CommonOperations } from '../../../../src/model/operations/common';
import type { KubernetesContext } from '../context';
import { ensureSet } from '../sets/ensure';
import { ownLabels } from '../../../../src/model/kubernetes/labels';
import { makeSet } from '../sets/make';
import { podsOf, removeSet, scale, waitUntilEnded } from '../sets/pods';
import { keepSaid } from '../sets/said';
import { restartsOf, waitUntilRunning } from '../sets/wait';

/** The Deployment is wanted with `count` pods at the least, and that many run and are available. */
export async function startInstances(
  ctx: KubernetesContext,
  { release, service: name, count }: CommonOperations['startInstances'],
): Promise<void> {
  const environment = await ctx.environment(release);
  const make = makeSet(ctx, environment, await ctx.service(release, name), release);
  // What ended before is no news.
  const before = restartsOf(await podsOf(ctx, make));
  await ensureSet(ctx, make, count);
  await waitUntilRunning(ctx, make, count, before);
}

/** No more than `left` are wanted, and the others have ended. Each serves on while it leaves, so nothing is to be drained before. */
export async function stopInstances(
  ctx: KubernetesContext,
  { release, service, left }: CommonOperations['stopInstances'],
): Promise<void> {
  const set = setOf(ctx, release, service);
  const found = await ctx.space.get(set.kind, set.name);
  if (!found) return;
  await keepSaid(ctx, release, set);
  await scale(ctx, set, (wanted) => Math.min(wanted, left));
  await waitUntilEnded(ctx, set, left);
}

/** As `stopInstances`; a set of none goes. */
export async function removeInstances(
  ctx: KubernetesContext,
  { target, release, service, left }: CommonOperations['removeInstances'],
): Promise<void> {
  await stopInstances(ctx, { target, release, service, left });
  if (left === 0) await removeSet(ctx, setOf(ctx, release, service));
}

const setOf = ({ place }: KubernetesContext, release: string, service: string) => ({
  kind: 'Deployment' as const,
  name: instanceName(place, release, service),
  selector: ownLabels(place, { role: 'instance', release, service }),
});
