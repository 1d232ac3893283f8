import { setTimeout as pause } from 'node:timers/promises';
import type { ServiceState, TaskState } from '../../../drivers/swarm/swarm';
import type { SwarmContext } from '../context';
import { scale } from './change';

const EVERY_MS = 200;

/** States of a task that holds nothing any more. */
const ENDED = new Set(['complete', 'shutdown', 'failed', 'rejected', 'orphaned', 'remove']);
export const hasEnded = ({ state }: TaskState): boolean => ENDED.has(state);

/** Waits until no more than `left` of its tasks run. A lost node reports nothing, so its tasks are not waited for. */
export async function waitUntilEnded({ swarm, watch }: SwarmContext, { id }: ServiceState, left = 0): Promise<void> {
  for (;;) {
    const [tasks, nodes] = await Promise.all([swarm.listTasks([id]), swarm.listNodes()]);
    const up = new Set(nodes.filter(({ isUp }) => isUp).map((node) => node.id));
    const running = tasks.filter((task) => !hasEnded(task) && up.has(task.node));
    if (running.length <= left) return;
    await pause(EVERY_MS, undefined, { signal: watch.signal });
  }
}

/** Its tasks end with their own signal and grace, then it goes. */
export async function removeSet(ctx: SwarmContext, found: ServiceState): Promise<void> {
  if (!found.isJob) {
    await scale(ctx, found.name, () => 0);
    await waitUntilEnded(ctx, found);
  }
  await ctx.swarm.removeService(found.name);
}
