import type { ContainerState } from '../../../drivers/docker/engine';
import type { Make } from './containers';
import type { DockerContext } from '../context';
import { refuseSecondUser } from './one-user';

/**
 * Creates and starts the container, if nobody else writes to its data. Files are copied before its first start,
 * again if an attempt ended in between.
 */
export async function startContainer(
  ctx: DockerContext,
  make: Make,
  found: ContainerState | undefined,
): Promise<ContainerState> {
  const { engine } = ctx;
  await refuseSecondUser(ctx, make.name, make.starting);
  const state = found ?? (await engine.createContainer(await make.whole()));
  if (state.state === 'created') await engine.putFiles(make.name, await make.files());
  await engine.startContainer(make.name);
  return state;
}
