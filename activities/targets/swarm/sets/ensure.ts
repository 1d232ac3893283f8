import { readLabels } from '../../../../src/model/names';
import type { NodePlacement } from '../../../../src/model/service';
import { loginForImage } from '../../../engines/registry-login';
import type { SwarmContext } from '../context';
import { scale } from './change';
import type { Make } from './make';
import { removeSet } from './remove';

/**
 * The set is there with at least `count` wanted: nothing that starts takes away. One with another specification is recreated, for a
 * set is never changed while it serves.
 */
export async function ensureSet(
  ctx: SwarmContext,
  make: Make,
  count: number,
  placement?: NodePlacement,
): Promise<void> {
  const { swarm, place } = ctx;
  let found = await swarm.inspectService(make.name);
  if (found && readLabels(place.installation, found.labels)?.spec !== make.spec) {
    const before = readLabels(place.installation, found.labels)?.spec;
    ctx.watch.onProgress?.(`${make.name} has specification ${before}, and is recreated with ${make.spec}`);
    await removeSet(ctx, found);
    found = undefined;
  }
  if (!found) {
    const login = await loginForImage(ctx, make.release, make.service.image);
    await swarm.createService(await make.whole(count, placement), login);
  }
  await scale(ctx, make.name, (wanted) => Math.max(wanted, count));
}
