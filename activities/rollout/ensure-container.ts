import { readLabels } from '../../src/model/names';
import type { Make } from './containers';
import type { RolloutContext } from './context';
import { startContainer } from './start-container';

/**
 * The container is there and was started; returns how often the engine has restarted it so far. One that was made from another
 * specification is made anew, unless it is an accessory: what keeps data is never taken away in passing.
 */
export async function ensureContainer(ctx: RolloutContext, make: Make): Promise<number> {
  const { engine, place } = ctx;
  let found = await engine.inspectContainer(make.name);
  const words = readLabels(place.installation, found?.labels);
  if (found && (found.state === 'dead' || (words?.spec !== make.spec && words?.role !== 'accessory'))) {
    ctx.watch.onProgress?.(
      `${make.name} is ${found.state}, made from ${words?.spec}, and is made anew from ${make.spec}`,
    );
    await engine.removeContainer(make.name, { keepVolumes: words?.role === 'accessory' });
    found = undefined;
  }
  if (found?.state === 'running' || found?.state === 'restarting') return found.restarts;
  // One that was stopped may have lost its networks, when they were made anew.
  if (found) for (const { name, aliases } of make.networks) await engine.connectNetwork(name, make.name, aliases);
  await startContainer(ctx, make, found);
  return 0;
}
