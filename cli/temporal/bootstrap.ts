import { randomUUID } from 'node:crypto';
import type { BootstrapStep } from '../../activities/types';
import { bootstrapId } from '../../src/model/names';
import type { Temporal } from '../client';
import { attributes } from './attributes';
import { awaitResult } from './inspection';

/** Has the proxies started or replaced, and waits for it; what was done, a line for each host. */
export async function carryOutBootstrap(
  temporal: Temporal,
  request: { app: string; environment: string; steps: BootstrapStep[]; by: string },
): Promise<string[]> {
  const { app, environment } = request;
  const handle = await temporal.client.workflow.start('bootstrap', {
    workflowId: bootstrapId(app, environment, randomUUID().slice(0, 8)),
    taskQueue: temporal.taskQueue,
    args: [request],
    typedSearchAttributes: attributes({ WindlassApp: app, WindlassEnvironment: environment }),
    staticSummary: `proxies of ${environment} of ${app}, asked for by ${request.by}`.slice(0, 200),
  });
  return (await awaitResult(temporal, handle)) as string[];
}
