import { rollbackId } from '../../src/model/names';
import type { RollbackProgress } from '../../src/model/progress';
import type { RollbackInput } from '../../workflows/rollback';
import type { Temporal } from '../client';
import type { Answer } from '../deliver';
import { EXIT, type Exit } from '../exit';
import { note } from '../print/output';
import { screenFor } from '../print/screen';
import { attributes } from './attributes';
import { followAsked } from './follow';
import { hasWorker, noWorker, startOne } from './workers';

/** Starts a rollback and follows it to its end. */
export async function carryOutRollback(temporal: Temporal, input: RollbackInput, json?: boolean): Promise<Answer> {
  const { app, environment, release = '' } = input;
  const starting = temporal.client.workflow.start('rollback', {
    workflowId: rollbackId(app, environment, Date.now().toString(36)),
    taskQueue: temporal.taskQueue,
    args: [input],
    staticSummary: `${environment} of ${app} back to ${release}, asked for by ${input.by}`,
    staticDetails: `Asked for by ${input.by}: ${input.reason}`,
    typedSearchAttributes: attributes({ WindlassApp: app, WindlassEnvironment: environment, WindlassRelease: release }),
  });
  const [handle, isHeard] = await Promise.all([starting, hasWorker(temporal)]);
  if (!isHeard) note(noWorker(temporal), 'The rollback waits until one does.', startOne);
  const { progress, interrupted } = await followAsked(
    temporal,
    handle,
    screenFor(json ? process.stderr : process.stdout),
    { release: input.release },
  );
  const status = progress?.asking ? 'asks' : (progress?.status ?? 'running');
  return {
    exit: interrupted ? EXIT.interrupted : EXITS[status],
    lines: interrupted
      ? ['The rollback goes on without being watched. How it stands: windlass status']
      : sentences(input, status),
    json: { app, environment, release, workflowId: handle.workflowId, status, failure: progress?.failure },
  };
}

type Status = RollbackProgress['status'] | 'asks';

export const EXITS: Record<Status, Exit> = {
  done: EXIT.done,
  failed: EXIT.failed,
  cancelled: EXIT.cancelled,
  asks: EXIT.asks,
  running: EXIT.unreachable,
};

function sentences({ environment, app, release }: RollbackInput, status: Status): string[] {
  const subject = `${environment} of ${app}`;
  switch (status) {
    case 'done':
      return [`${subject} is on ${release}.`];
    case 'failed':
      return [`${subject} is not on ${release}: the rollback failed, and what it had changed was taken back.`];
    case 'cancelled':
      return ['The rollback was cancelled.'];
    case 'asks':
      return ['The rollback asks an operator, and waits for the answer.'];
    case 'running':
      return ['Nothing was heard of the rollback. How it stands: windlass status'];
  }
}
