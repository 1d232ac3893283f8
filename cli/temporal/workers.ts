import type { Temporal } from '../client';
import { Told } from '../errors';
import { EXIT } from '../exit';

/** A poll lasts a minute at most: who has not polled for longer is gone. */
const GONE_MS = 75_000;
/** `TASK_QUEUE_TYPE_WORKFLOW` */
const WORKFLOW = 1;

/** Does a worker of the installation run? */
export async function hasWorker({ client, namespace, taskQueue }: Temporal): Promise<boolean> {
  const { pollers } = await client.workflowService.describeTaskQueue({
    namespace,
    taskQueue: { name: taskQueue },
    taskQueueType: WORKFLOW,
  });
  return (pollers ?? []).some(
    ({ lastAccessTime }) => Date.now() - Number(lastAccessTime?.seconds ?? 0) * 1000 < GONE_MS,
  );
}

/** For what cannot be answered without one. */
export async function requireWorker(temporal: Temporal): Promise<void> {
  if (await hasWorker(temporal)) return;
  throw new Told(noWorker(temporal), EXIT.unreachable, startOne);
}

export const noWorker = ({ taskQueue, namespace, address }: Temporal): string =>
  `No worker polls the task queue "${taskQueue}" (Temporal at ${address}, namespace ${namespace}).`;
export const startOne = 'Start one: windlass worker\nAn installation of another name: WINDLASS_INSTALLATION=NAME';
