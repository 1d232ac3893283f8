import { randomUUID } from 'node:crypto';
import { bootstrapId } from '../../src/model/names';
import type { BootstrapRequest } from '../../workflows/bootstrap';
import type { Temporal } from '../client';
import { attributes } from './connect/attributes';
import { awaitResult } from './inspection';

/** Starts or replaces the proxies and waits. Returns a line for each host. */
export async function carryOutBootstrap(temporal: Temporal, request: BootstrapRequest): Promise<string[]> {
  const { app, environment } = request;
  const handle = await temporal.client.workflow.start('bootstrap', {
    workflowId: bootstrapId(app, environment, randomUUID().slice(0, 8)),
    taskQueue: temporal.taskQueue,
    args: [request],
    typedSearchAttributes: attributes({ WindlassApp: app, WindlassEnvironment: environment }),
    staticSummary: `proxies of ${app} ${environment}, requested by ${request.by}`.slice(0, 200),
  });
  return (await awaitResult(temporal, handle)) as string[];
}
