import { randomUUID } from 'node:crypto';
import type { Spare } from '../../src/model/ledger/cleaning';
import { cleaningId } from '../../src/model/names';
import type { CleaningRequest } from '../../workflows/cleaning';
import type { Temporal } from '../client';
import { attributes } from './connect/attributes';
import { awaitResult } from './inspection';

/** Has the registry cleaned, and waits for it; what went. */
export async function carryOutCleaning(temporal: Temporal, request: CleaningRequest): Promise<Spare> {
  const { app, by } = request;
  const handle = await temporal.client.workflow.start('cleaning', {
    workflowId: cleaningId(app, randomUUID().slice(0, 8)),
    taskQueue: temporal.taskQueue,
    args: [request],
    typedSearchAttributes: attributes({ WindlassApp: app }),
    staticSummary: `cleaning of ${app}, requested by ${by}`.slice(0, 200),
  });
  return (await awaitResult(temporal, handle)) as Spare;
}
