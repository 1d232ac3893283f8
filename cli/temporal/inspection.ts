import { randomUUID } from 'node:crypto';
import { ApplicationFailure, WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import { describeFailure, type Failure, innermostCause, wordsOfCause } from '../../src/model/failure';
import type { InspectionKind, Inspections } from '../../src/model/inspection';
import { inspectionId } from '../../src/model/names';
import type { Temporal } from '../client';
import { UserError } from '../errors';
import { EXIT } from '../exit';
import { note } from '../print/terminal/output';
import { attributes } from './connect/attributes';
import { isLate } from './connect/calls';
import { requireWorker } from './connect/workers';

const PATIENCE_MS = 10_000;

/** Runs an inspection and waits for its findings. Throws at once when no worker is running. */
export async function inspect<K extends InspectionKind>(
  temporal: Temporal,
  kind: K,
  asks: Inspections[K]['asks'],
): Promise<Inspections[K]['finds']> {
  await requireWorker(temporal);
  const { app, environment } = subject(asks);
  const what = { WindlassApp: app, ...(environment ? { WindlassEnvironment: environment } : {}) };
  const handle = await temporal.client.workflow.start('inspection', {
    workflowId: inspectionId(app, environment ?? 'all', `${kind}-${randomUUID().slice(0, 8)}`),
    taskQueue: temporal.taskQueue,
    args: [{ kind, ...asks }],
    typedSearchAttributes: attributes(what),
    staticSummary: `${kind} ${app} ${environment ?? ''}`.trim(),
    // An inspection nobody waits for must not be left behind.
    workflowExecutionTimeout: '10m',
  });
  return (await awaitResult(temporal, handle)) as Inspections[K]['finds'];
}

/** A killed worker stays listed for a while, so a slow inspection is checked. */
export async function awaitResult(temporal: Temporal, handle: WorkflowHandle): Promise<unknown> {
  for (let waited = false; ; waited = true) {
    try {
      return await temporal.client.withDeadline(Date.now() + PATIENCE_MS, () => handle.result());
    } catch (error) {
      if (error instanceof WorkflowFailedError) throw failed(error);
      if (!isLate(error)) throw error;
      await requireWorker(temporal);
      if (!waited)
        note('This takes longer than usual: a host does not answer, or the worker is busy or has just stopped.');
    }
  }
}

/** A failure that no retry can fix is the user's input. */
function failed(error: WorkflowFailedError): UserError {
  const cause = innermostCause(error);
  if (!(cause instanceof ApplicationFailure)) return new UserError(wordsOfCause(error), EXIT.unexpected);
  const failure = cause.details?.[0] as Failure | undefined;
  const message = failure?.message ? describeFailure(failure) : cause.message;
  return new UserError(message, cause.nonRetryable ? EXIT.input : EXIT.unexpected);
}

function subject(asks: Inspections[InspectionKind]['asks']): { app: string; environment?: string } {
  return 'request' in asks ? { app: asks.request.app } : asks;
}
