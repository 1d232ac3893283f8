import { setTimeout as pause } from 'node:timers/promises';
import type { ServiceState, TaskState } from '../../../drivers/swarm/swarm';
import { transient } from '../../../drivers/errors';
import { loginForImage } from '../../../engines/registry-login';
import type { SwarmContext } from '../context';
import { inspectSet } from './inspect';
import type { Make } from './make';
import { hasEnded } from './remove';
import { nameNode, whyNever } from './why';

const EVERY_MS = 200;

export interface Ended {
  set: ServiceState;
  /** Undefined when it did not end within the time. */
  task?: TaskState;
  exitCode?: number;
}

export const createJob = async (ctx: SwarmContext, make: Make): Promise<void> =>
  ctx.swarm.createService(await make.whole(0), await loginForImage(ctx, make.release, make.service.image));

/** Waits for the end of a job's only task. Fails where it cannot start, and where its node is lost, for nobody knows how it ended. */
export async function waitUntilOver(ctx: SwarmContext, make: Make, within = Infinity): Promise<Ended> {
  const began = Date.now();
  for (;;) {
    const set = await inspectSet(ctx, make, 'command-failed');
    const [[task], nodes] = await Promise.all([ctx.swarm.listTasks([set.id]), ctx.swarm.listNodes()]);
    const ended = task && hasEnded(task);
    // Without an exit status it never ran.
    if (task && ended && task.exitCode !== undefined) return { set, task, exitCode: task.exitCode };
    const wrong = task && (await whyNever(ctx, make.release, task, nodes));
    if (wrong) throw ctx.fail({ kind: wrong.kind, service: make.service.name, message: `${make.name} ${wrong.what}` });
    if (task && task.node !== '' && !nodes.some(({ id, isUp }) => id === task.node && isUp))
      throw transient({
        kind: 'node-lost',
        host: ctx.host,
        service: make.service.name,
        message: `${make.name} runs on ${nameNode(task, nodes)}, which does not answer, so nobody knows how it ends. Bring the node back, or remove it once its command has ended: docker node rm`,
      });
    if (Date.now() - began >= within) return { set, task };
    await pause(EVERY_MS, undefined, { signal: ctx.watch.signal });
  }
}
