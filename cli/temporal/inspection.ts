import { randomUUID } from 'node:crypto';
import { ApplicationFailure, WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import type { BootstrapStep, CheckReport, Inspection, Planned, ShownKey } from '../../activities/types';
import type { ParityReport, ReleaseComparison } from '../../src/model/difference';
import { describeFailure, type Failure, innermostCause, wordsOfCause } from '../../src/model/failure';
import type { LedgerEntry } from '../../src/model/ledger';
import { inspectionId } from '../../src/model/names';
import type { Connection } from '../../src/model/host';
import type { RegistryAccess, ReleaseRequest } from '../../src/model/release';
import type { Temporal } from '../client';
import { Told } from '../errors';
import { EXIT } from '../exit';
import { note } from '../print/output';
import { attributes } from './attributes';
import { isLate } from './calls';
import { requireWorker } from './workers';

/** What can be looked at without changing anything, and what is found. */
interface Inspections {
  plan: { asks: { app: string; environment: string; release: string; registry?: RegistryAccess }; finds: Planned };
  eject: { asks: { app: string; environment: string; startComposed?: boolean }; finds: Planned };
  observe: { asks: { app: string; environment: string }; finds: Inspection };
  ledger: {
    asks: { app: string; environment?: string; limit: number; registry?: RegistryAccess };
    finds: LedgerEntry[];
  };
  logs: {
    asks: { app: string; environment: string; service: string };
    finds: { host: string; container: string; text: string }[];
  };
  diff: {
    asks: { app: string; environment: string; before?: string; after: string; registry?: RegistryAccess };
    finds: ReleaseComparison;
  };
  parity: { asks: { app: string; environment: string; other: string }; finds: ParityReport };
  check: { asks: { request: ReleaseRequest }; finds: CheckReport };
  bootstrap: { asks: { request: ReleaseRequest; environment: string; host?: string }; finds: BootstrapStep[] };
  trust: { asks: { app: string; host: Connection }; finds: ShownKey };
}
type Kind = keyof Inspections;

const PATIENCE_MS = 10_000;

/** Has a worker look, and waits for what it finds. Without a worker nobody would: it says so at once. */
export async function inspect<K extends Kind>(
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
    // One that nobody waits for any more must not lie about.
    workflowExecutionTimeout: '10m',
  });
  return (await awaitResult(temporal, handle)) as Inspections[K]['finds'];
}

/** A worker that was killed is still listed for a while: what takes long is looked after. */
export async function awaitResult(temporal: Temporal, handle: WorkflowHandle): Promise<unknown> {
  for (let waited = false; ; waited = true) {
    try {
      return await temporal.client.withDeadline(Date.now() + PATIENCE_MS, () => handle.result());
    } catch (error) {
      if (error instanceof WorkflowFailedError) throw failed(error);
      if (!isLate(error)) throw error;
      await requireWorker(temporal);
      if (!waited) note('It takes longer than usual: a host does not answer, or the worker is busy or has just ended.');
    }
  }
}

/** What cannot be mended by trying again was asked for wrongly. */
function failed(error: WorkflowFailedError): Told {
  const cause = innermostCause(error);
  if (!(cause instanceof ApplicationFailure)) return new Told(wordsOfCause(error), EXIT.unexpected);
  const failure = cause.details?.[0] as Failure | undefined;
  const message = failure?.message ? describeFailure(failure) : cause.message;
  return new Told(message, cause.nonRetryable ? EXIT.input : EXIT.unexpected);
}

function subject(asks: Inspections[Kind]['asks']): { app: string; environment?: string } {
  return 'request' in asks ? { app: asks.request.app } : asks;
}
