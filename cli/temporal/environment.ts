import { WithStartWorkflowOperation } from '@temporalio/client';
import type { EnvironmentState } from '../../src/model/environment/environment';
import type { DecisionNote } from '../../src/model/messages';
import { environmentId, environmentSummary } from '../../src/model/names';
import { environmentState, freeze, thaw } from '../../workflows/messages';
import type { Temporal } from '../client';
import { attributes } from './connect/attributes';
import { ask, isMissing, orMissing, tell } from './connect/calls';
import { ownHandle, refuseIfForeign } from './connect/handle';

/** Queries, updates and signals of an environment's workflow. */

/** Undefined where nothing was ever released or frozen. */
export async function readEnvironment(
  temporal: Temporal,
  app: string,
  environment: string,
): Promise<EnvironmentState | undefined> {
  const handle = () => ownHandle(temporal, environmentId(app, environment));
  return ask(temporal, async () => (await handle()).query(environmentState)).catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
}

/** Freezes an environment. A new one starts frozen. */
export async function sendFreeze(
  temporal: Temporal,
  app: string,
  environment: string,
  said: DecisionNote,
): Promise<string> {
  const { client, taskQueue } = temporal;
  await refuseIfForeign(temporal, environmentId(app, environment));
  const start = new WithStartWorkflowOperation('environment', {
    workflowId: environmentId(app, environment),
    workflowIdConflictPolicy: 'USE_EXISTING',
    taskQueue,
    args: [{ app, environment }],
    typedSearchAttributes: attributes({ WindlassApp: app, WindlassEnvironment: environment }),
    staticSummary: environmentSummary(app, environment),
  });
  return tell(temporal, () =>
    client.workflow.executeUpdateWithStart(freeze, { args: [said], startWorkflowOperation: start }),
  );
}

export function sendThaw(temporal: Temporal, app: string, environment: string, said: DecisionNote): Promise<string> {
  const handle = () => ownHandle(temporal, environmentId(app, environment));
  const update = tell(temporal, async () => (await handle()).executeUpdate(thaw, { args: [said] }));
  return orMissing(update, `${app} ${environment} is not frozen: nothing was ever released or frozen there.`);
}
