import { rollbackId } from '../../../src/model/names';
import type { RollbackProgress } from '../../../src/model/environment/progress';
import type { RollbackInput } from '../../../workflows/rollback';
import type { Temporal } from '../../client';
import type { CommandResult } from '../../deliver';
import { EXIT, type Exit } from '../../exit';
import { note } from '../../print/terminal/output';
import { screenFor } from '../../print/terminal/screen';
import { readAddresses } from '../connect/addresses';
import { attributes } from '../connect/attributes';
import { followAsked } from './follow';
import { hasWorker, noWorker, startOne } from '../connect/workers';

/** Starts a rollback and follows it to its end. */
export async function carryOutRollback(
  temporal: Temporal,
  input: RollbackInput,
  json?: boolean,
): Promise<CommandResult> {
  const { app, environment, release = '' } = input;
  const starting = temporal.client.workflow.start('rollback', {
    workflowId: rollbackId(app, environment, Date.now().toString(36)),
    taskQueue: temporal.taskQueue,
    args: [input],
    staticSummary: `${app} ${environment} back to ${release}, requested by ${input.by}`,
    staticDetails: `Requested by ${input.by}: ${input.reason}`,
    typedSearchAttributes: attributes({ WindlassApp: app, WindlassEnvironment: environment, WindlassRelease: release }),
  });
  const [handle, isHeard] = await Promise.all([starting, hasWorker(temporal)]);
  if (!isHeard) note(noWorker(temporal), 'The rollback waits for one.', startOne);
  const { progress, interrupted, warnings, retries } = await followAsked(
    temporal,
    handle,
    screenFor(json ? process.stderr : process.stdout),
    { release: input.release },
  );
  const status = progress?.asking ? 'asks' : (progress?.status ?? 'running');
  return {
    exit: interrupted ? EXIT.interrupted : EXITS[status],
    lines: interrupted
      ? ['The rollback continues. To check: windlass status']
      : [...sentences(input, status), ...(await readAddresses(temporal, app, [environment]))],
    json: {
      app,
      environment,
      release,
      workflowId: handle.workflowId,
      status,
      failure: progress?.failure,
      warnings,
      ...(status === 'running' && { retrying: retries }),
    },
  };
}

type RollbackStatus = RollbackProgress['status'] | 'asks';

export const EXITS: Record<RollbackStatus, Exit> = {
  done: EXIT.done,
  failed: EXIT.failed,
  cancelled: EXIT.cancelled,
  asks: EXIT.asks,
  running: EXIT.unreachable,
};

function sentences({ environment, app, release }: RollbackInput, status: RollbackStatus): string[] {
  const subject = `${environment} of ${app}`;
  switch (status) {
    case 'done':
      return [`${subject} is on ${release}.`];
    case 'failed':
      return [`${subject} is not on ${release}: the rollback failed and was undone.`];
    case 'cancelled':
      return ['The rollback was cancelled.'];
    case 'asks':
      return ["The rollback is waiting for an operator's answer."];
    case 'running':
      return ['No news of the rollback. To check: windlass status'];
  }
}
