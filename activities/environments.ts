import {
  type Client,
  WorkflowExecutionAlreadyStartedError,
  type WorkflowHandle,
  WorkflowNotFoundError,
} from '@temporalio/client';
import type { EnvironmentState } from '../src/model/environment/environment';
import { refuseForeign } from '../src/model/text/installation';
import { MESSAGES } from '../src/model/messages';
import { environmentId, environmentSummary } from '../src/model/names';
import type { RecordRef } from '../src/model/release';
import { read } from '../src/model/text/read';
import { permanent } from './drivers/errors';
import type { NeededRelease } from './rollout/context';
import type { Activities } from './types';

/** Access to environments for other workflows, which can neither query nor start one themselves. */
export function createEnvironmentActivities(
  client: Client,
  taskQueue: string,
): Pick<Activities, 'readEnvironment' | 'startEnvironment' | 'requestRollout'> {
  return {
    async readEnvironment({ app, environment }) {
      const handle = await findOwn(client, environmentId(app, environment), taskQueue);
      return await handle?.query<EnvironmentState>('state');
    },
    async startEnvironment({ state }) {
      const { app, environment } = state;
      const workflowId = environmentId(app, environment);
      try {
        await client.workflow.start('environment', {
          workflowId,
          taskQueue,
          args: [{ app, environment, state }],
          staticSummary: environmentSummary(app, environment),
        });
      } catch (error) {
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
        const there = await client.workflow.getHandle(workflowId).query<EnvironmentState>('state');
        // An earlier attempt has started it.
        if (there.current?.record.digest === state.current?.record.digest) return;
        const message = `${workflowId} is there, on ${there.current?.release ?? 'nothing'}. Nothing was changed`;
        throw permanent({ kind: 'not-lost', message });
      }
    },
    async requestRollout({ app, environment, request }) {
      const reading = read(MESSAGES.requestRollout, request);
      // The environment would ignore it, and the requester would wait forever.
      if ('refused' in reading) throw permanent({ kind: 'bad-request', message: reading.refused });
      await findOwn(client, environmentId(app, environment), taskQueue);
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

/** The workflow with this id; undefined when there is none. Fails permanently when another installation owns it. */
async function findOwn(client: Client, workflowId: string, own: string): Promise<WorkflowHandle | undefined> {
  const handle = client.workflow.getHandle(workflowId);
  const found = await handle.describe().catch((error: unknown) => {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  });
  const message = found && refuseForeign(workflowId, found.taskQueue, own);
  if (message !== undefined) throw permanent({ kind: 'other-installation', message });
  return found && handle;
}

/**
 * The releases the application's environments are on, going to, or may return to; one environment
 * may be left out.
 */
export async function neededElsewhere(
  client: Client,
  taskQueue: string,
  app: string,
  except?: string,
): Promise<NeededRelease[]> {
  const kept = await neededByAll(client, taskQueue, app);
  return kept.filter(({ environment }) => environment !== except);
}

/** The same of all applications, or of one. */
export async function neededByAll(client: Client, taskQueue: string, app?: string): Promise<NeededRelease[]> {
  const kept: NeededRelease[] = [];
  for await (const { workflowId, taskQueue: of } of client.workflow.list({
    query: `WorkflowType = 'environment' AND ExecutionStatus = 'Running'`,
  })) {
    if (of !== taskQueue || (app !== undefined && !workflowId.startsWith(environmentId(app, '')))) continue;
    const { environment, current, committed, running, starting, queue, left } = await client.workflow
      .getHandle(workflowId)
      .query<EnvironmentState>('state');
    const requests = [running, starting, ...queue];
    const records = [...committed, ...requests].flatMap((one) => one?.record ?? []).concat(left ?? []);
    const isCurrent = ({ digest }: RecordRef) => digest === current?.record.digest;
    kept.push(...records.map((record) => ({ environment, record, isCurrent: isCurrent(record) })));
  }
  return kept;
}
