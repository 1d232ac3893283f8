import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type { EnvironmentState } from '../src/model/environment';
import { environmentId, environmentSummary } from '../src/model/names';
import type { Activities } from './types';

/** How other workflows reach an environment: a workflow can neither query nor start another one itself. */
export function createEnvironmentActivities(
  client: Client,
  taskQueue: string,
): Pick<Activities, 'readEnvironment' | 'requestRollout'> {
  return {
    async readEnvironment({ app, environment }) {
      const handle = client.workflow.getHandle(environmentId(app, environment));
      return await handle.query<EnvironmentState>('state').catch((error: unknown) => {
        if (error instanceof WorkflowNotFoundError) return undefined;
        throw error;
      });
    },
    async requestRollout({ app, environment, request }) {
      await client.workflow.signalWithStart('environment', {
        workflowId: environmentId(app, environment),
        taskQueue,
        args: [{ app, environment }],
        signal: 'requestRollout',
        signalArgs: [request],
        staticSummary: environmentSummary(app, environment),
      });
    },
  };
}
