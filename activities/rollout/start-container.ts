import type { ContainerState } from '../drivers/docker/engine';
import type { Make } from './containers';
import type { RolloutContext } from './context';

/**
 * Makes the container unless it is there, and starts it. Before its first start it is given its files; an attempt that
 * ended in between left it created, and they are given again.
 */
export async function startContainer(
  ctx: RolloutContext,
  make: Make,
  found: ContainerState | undefined,
): Promise<ContainerState> {
  const { engine } = ctx;
  const state = found ?? (await engine.createContainer(await make.whole()));
  if (state.state === 'created') await engine.putFiles(make.name, await make.files());
  await engine.startContainer(make.name);
  return state;
}
