import { WithStartWorkflowOperation } from '@temporalio/client';
import type { EnvironmentState } from '../../src/model/environment';
import { environmentId, environmentSummary } from '../../src/model/names';
import { environmentState, freeze, thaw } from '../../workflows/messages';
import type { Temporal } from '../client';
import { attributes } from './attributes';
import { ask, isMissing, orMissing, tell } from './calls';

/** What can be asked of an environment, and told it. */

/** Undefined where nothing was ever released or frozen. */
export async function readEnvironment(
  temporal: Temporal,
  app: string,
  environment: string,
): Promise<EnvironmentState | undefined> {
  const handle = temporal.client.workflow.getHandle(environmentId(app, environment));
  return ask(temporal, () => handle.query(environmentState)).catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
}

/** Freezes an environment, which may be new: then it begins frozen. */
export function sendFreeze(
  temporal: Temporal,
  app: string,
  environment: string,
  by: string,
  reason: string,
): Promise<string> {
  const { client, taskQueue } = temporal;
  const start = new WithStartWorkflowOperation('environment', {
    workflowId: environmentId(app, environment),
    workflowIdConflictPolicy: 'USE_EXISTING',
    taskQueue,
    args: [{ app, environment }],
    typedSearchAttributes: attributes({ WindlassApp: app, WindlassEnvironment: environment }),
    staticSummary: environmentSummary(app, environment),
  });
  return tell(temporal, () =>
    client.workflow.executeUpdateWithStart(freeze, { args: [{ by, reason }], startWorkflowOperation: start }),
  );
}

export function sendThaw(
  temporal: Temporal,
  app: string,
  environment: string,
  by: string,
  reason: string,
): Promise<string> {
  const handle = temporal.client.workflow.getHandle(environmentId(app, environment));
  const update = tell(temporal, () => handle.executeUpdate(thaw, { args: [{ by, reason }] }));
  return orMissing(update, `${environment} of ${app} is not frozen: nothing was ever released or frozen there.`);
}
