import { randomUUID } from 'node:crypto';
import { recoveryId } from '../../src/model/names';
import type { RecoveryRequest } from '../../workflows/recovery';
import type { Temporal } from '../client';
import { attributes } from './connect/attributes';
import { awaitResult } from './inspection';

/** Has the environments started again, and waits for it; what was done, a line for each. */
export async function carryOutRecovery(temporal: Temporal, request: RecoveryRequest): Promise<string[]> {
  const { app, by, reason } = request;
  const handle = await temporal.client.workflow.start('recovery', {
    workflowId: recoveryId(app, randomUUID().slice(0, 8)),
    taskQueue: temporal.taskQueue,
    args: [request],
    typedSearchAttributes: attributes({ WindlassApp: app }),
    staticSummary: `recovery of ${app}, requested by ${by}`.slice(0, 200),
    staticDetails: `Requested by ${by}: ${reason}`,
  });
  return (await awaitResult(temporal, handle)) as string[];
}
