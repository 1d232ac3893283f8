import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type { EnvironmentState } from '../src/model/environment';
import { environmentId, environmentSummary } from '../src/model/names';
import type { Kept } from './rollout/context';
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

/** What the other environments of an application are on, on their way to, or may go back to, as their writers know it. */
export async function keptElsewhere(client: Client, app: string, environment: string): Promise<Kept[]> {
  const prefix = environmentId(app, '');
  const kept: Kept[] = [];
  for await (const { workflowId } of client.workflow.list({
    query: `WorkflowType = 'environment' AND ExecutionStatus = 'Running'`,
  })) {
    const other = workflowId.slice(prefix.length);
    if (!workflowId.startsWith(prefix) || other === environment) continue;
    const { committed, running, queue } = await client.workflow.getHandle(workflowId).query<EnvironmentState>('state');
    const records = [...committed, running, ...queue].flatMap((one) => one?.record ?? []);
    kept.push(...records.map((record) => ({ environment: other, record })));
  }
  return kept;
}
