import type { Temporal } from '../../client';
import { UserError } from '../../errors';
import { EXIT } from '../../exit';

/** A poll lasts at most a minute, so a worker without one for longer is gone. */
const GONE_MS = 75_000;
/** `TASK_QUEUE_TYPE_WORKFLOW` */
const WORKFLOW = 1;

/** Is a worker of the installation running? */
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

/** Throws without a worker, for requests that need one. */
export async function requireWorker(temporal: Temporal): Promise<void> {
  if (await hasWorker(temporal)) return;
  throw new UserError(noWorker(temporal), EXIT.unreachable, startOne);
}

export const noWorker = ({ taskQueue, namespace, address }: Temporal): string =>
  `No worker is polling task queue "${taskQueue}" (Temporal at ${address}, namespace ${namespace}).`;
export const startOne = 'Start one: windlass worker\nFor another installation: WINDLASS_INSTALLATION=NAME';
