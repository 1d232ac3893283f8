import { setTimeout as pause } from 'node:timers/promises';
import type { KubernetesContext } from '../context';
import { isThere, type PodObject, type SetObject } from '../objects';
import type { Make } from './make';

const EVERY_MS = 300;

type Scaled = Pick<Make, 'kind' | 'name' | 'selector'>;

export const podsOf = async ({ space }: Pick<KubernetesContext, 'space'>, { selector }: Pick<Make, 'selector'>) =>
  (await space.list<PodObject>('Pod', selector)).filter(isThere);

/** How often another writer may be quicker. */
const TRIES = 10;

/** Changes how many are wanted, of what it is now; an autoscaler may have changed it since. Nothing where there is no such set. */
export async function scale(
  { space }: KubernetesContext,
  { kind, name }: Scaled,
  to: (wanted: number) => number,
): Promise<SetObject | undefined> {
  for (let tries = 1; ; tries++) {
    const found = await space.get<SetObject>(kind, name);
    const wanted = found?.spec.replicas ?? 1;
    if (!found || to(wanted) === wanted) return found;
    const isDone = await space.patch(kind, name, [
      { op: 'test', path: '/spec/replicas', value: wanted },
      { op: 'replace', path: '/spec/replicas', value: to(wanted) },
    ]);
    if (isDone || tries === TRIES) return found;
  }
}

/** Waits until no more than `left` of its pods are there, each ended with its own grace. */
export async function waitUntilEnded(ctx: KubernetesContext, set: Pick<Make, 'selector' | 'name'>, left = 0) {
  for (;;) {
    const pods = await podsOf(ctx, set);
    if (pods.length <= left) return;
    ctx.watch.onProgress?.(`${set.name}: ${pods.length} pods, ${left} are to be left`);
    await pause(EVERY_MS, undefined, { signal: ctx.watch.signal });
  }
}

/** Its pods end, then it goes, and with it nothing else: its Secret and ConfigMap are of the release. */
export async function removeSet(ctx: KubernetesContext, set: Scaled): Promise<void> {
  if (set.kind !== 'Job') {
    if (!(await scale(ctx, set, () => 0))) return;
    await waitUntilEnded(ctx, set);
  }
  await ctx.space.remove(set.kind, set.name);
  while (await ctx.space.get(set.kind, set.name)) await pause(EVERY_MS, undefined, { signal: ctx.watch.signal });
}
