import { readLabels } from '../../../../src/model/names';
import type { Make } from './containers';
import type { DockerContext } from '../context';
import { startContainer } from './start-container';

/**
 * Creates and starts the container. Returns the number of its restarts so far. One with another specification
 * is recreated, unless it is an accessory, whose data must not be lost on the way.
 */
export async function ensureContainer(ctx: DockerContext, make: Make): Promise<number> {
  const { engine, place } = ctx;
  let found = await engine.inspectContainer(make.name);
  const words = readLabels(place.installation, found?.labels);
  if (found && (found.state === 'dead' || (words?.spec !== make.spec && words?.role !== 'accessory'))) {
    ctx.watch.onProgress?.(
      `${make.name} is ${found.state}, has specification ${words?.spec}, and is recreated with ${make.spec}`,
    );
    await engine.removeContainer(make.name);
    found = undefined;
  }
  if (found?.state === 'running' || found?.state === 'restarting') return found.restarts;
  // A stopped container may have lost its networks when they were recreated.
  if (found) for (const { name, aliases } of make.networks) await engine.connectNetwork(name, make.name, aliases);
  await startContainer(ctx, make, found);
  return 0;
}
