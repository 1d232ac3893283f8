import { readLabels } from '../../../../src/model/names';
import type { KubernetesContext } from '../context';
import type { SetObject } from '../objects';
import type { Make } from './make';
import { removeSet, scale } from './pods';

/**
 * The set is there with at least `count` wanted: nothing that starts takes away, and what an autoscaler has added stays. One with another
 * specification is recreated, for a set is never changed while it serves.
 */
export async function ensureSet(ctx: KubernetesContext, make: Make, count: number): Promise<void> {
  const { space, place } = ctx;
  let found = await space.get<SetObject>(make.kind, make.name);
  const before = found && readLabels(place.installation, found.metadata.labels)?.spec;
  if (found && before !== make.spec) {
    ctx.watch.onProgress?.(`${make.name} has specification ${before}, and is recreated with ${make.spec}`);
    await removeSet(ctx, make);
    found = undefined;
  }
  if (!found) await space.apply(await make.whole(count));
  await scale(ctx, make, (wanted) => Math.max(wanted, count));
}
