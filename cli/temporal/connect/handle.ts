import type { WorkflowHandle } from '@temporalio/client';
import { refuseForeign } from '../../../src/model/text/installation';
import type { Temporal } from '../../client';
import { UserError } from '../../errors';
import { EXIT } from '../../exit';
import { isMissing } from './calls';

/** A handle of this installation's workflow. Throws where none exists, or where it belongs to another installation. */
export async function ownHandle(temporal: Temporal, workflowId: string): Promise<WorkflowHandle> {
  return (await describeOwn(temporal, workflowId)).handle;
}

/** Like `ownHandle`, with the workflow's status: `RUNNING`, `COMPLETED`, … */
export async function describeOwn(
  { client, taskQueue }: Temporal,
  workflowId: string,
): Promise<{ handle: WorkflowHandle; status: string }> {
  const handle = client.workflow.getHandle(workflowId);
  const { status, taskQueue: of } = await handle.describe();
  const refusal = refuseForeign(workflowId, of, taskQueue);
  if (refusal !== undefined) throw new UserError(refusal, EXIT.input);
  return { handle, status: status.name };
}

/** For starting a workflow: throws when another installation owns this id. */
export async function refuseIfForeign(temporal: Temporal, workflowId: string): Promise<void> {
  await describeOwn(temporal, workflowId).catch((error: unknown) => {
    if (!isMissing(error)) throw error;
  });
}
