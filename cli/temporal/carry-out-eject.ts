import { ejectId } from '../../src/model/names';
import type { EjectInput } from '../../workflows/eject';
import type { Temporal } from '../client';
import type { Answer } from '../deliver';
import { EXIT } from '../exit';
import { screenFor } from '../print/screen';
import { attributes } from './attributes';
import { EXITS } from './carry-out-rollback';
import { followAsked } from './follow';

/** Starts an eject and follows it to its end; `takeOver` says how docker compose goes on from there. */
export async function carryOutEject(
  temporal: Temporal,
  input: EjectInput,
  takeOver: string[],
  json?: boolean,
): Promise<Answer> {
  const { app, environment, by, reason } = input;
  const handle = await temporal.client.workflow.start('eject', {
    workflowId: ejectId(app, environment, Date.now().toString(36)),
    taskQueue: temporal.taskQueue,
    args: [input],
    staticSummary: `${environment} of ${app} leaves windlass, asked for by ${by}`,
    staticDetails: `Asked for by ${by}: ${reason}`,
    typedSearchAttributes: attributes({ WindlassApp: app, WindlassEnvironment: environment }),
  });
  const screen = screenFor(json ? process.stderr : process.stdout);
  const title = `Eject of ${app} ${environment}`;
  const { progress, interrupted } = await followAsked(temporal, handle, screen, { title });
  const status = progress?.asking ? 'asks' : (progress?.status ?? 'running');
  const lines = {
    done: [`${environment} of ${app} is left to docker compose.`, ...takeOver],
    failed: [`${environment} of ${app} has not left windlass, and what was changed was taken back.`],
    cancelled: ['It was cancelled.'],
    asks: ['It asks an operator, and waits for the answer.'],
    running: ['Nothing was heard of it. How it stands: windlass status'],
  };
  return {
    exit: interrupted ? EXIT.interrupted : EXITS[status],
    lines: interrupted ? ['It goes on without being watched. How it stands: windlass status'] : lines[status],
    json: { app, environment, workflowId: handle.workflowId, status, failure: progress?.failure, takeOver },
  };
}
