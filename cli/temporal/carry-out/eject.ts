import { ejectId } from '../../../src/model/names';
import type { EjectInput } from '../../../workflows/eject';
import type { Temporal } from '../../client';
import type { CommandResult } from '../../deliver';
import { EXIT } from '../../exit';
import { screenFor } from '../../print/terminal/screen';
import { attributes } from '../connect/attributes';
import { EXITS } from './rollback';
import { followAsked } from './follow';

/** Starts an eject and follows it to its end. `takeOver` says, once it is done, how to go on. */
export async function carryOutEject(
  temporal: Temporal,
  input: EjectInput,
  takeOver: () => string[],
  json?: boolean,
): Promise<CommandResult> {
  const { app, environment, by, reason } = input;
  const handle = await temporal.client.workflow.start('eject', {
    workflowId: ejectId(app, environment, Date.now().toString(36)),
    taskQueue: temporal.taskQueue,
    args: [input],
    staticSummary: `${app} ${environment} leaves windlass, requested by ${by}`,
    staticDetails: `Requested by ${by}: ${reason}`,
    typedSearchAttributes: attributes({ WindlassApp: app, WindlassEnvironment: environment }),
  });
  const screen = screenFor(json ? process.stderr : process.stdout);
  const title = `Eject of ${app} ${environment}`;
  const { progress, interrupted } = await followAsked(temporal, handle, screen, { title });
  const status = progress?.asking ? 'asks' : (progress?.status ?? 'running');
  const after = status === 'done' ? takeOver() : [];
  const lines = {
    done: [`${app} ${environment} has left windlass.`, ...after],
    failed: [`${app} ${environment} has not left windlass; all changes were undone.`],
    cancelled: ['The eject was cancelled.'],
    asks: ["The eject is waiting for an operator's answer."],
    running: ['No news of the eject. To check: windlass status'],
  };
  return {
    exit: interrupted ? EXIT.interrupted : EXITS[status],
    lines: interrupted ? ['The eject continues. To check: windlass status'] : lines[status],
    json: { app, environment, workflowId: handle.workflowId, status, failure: progress?.failure, takeOver: after },
  };
}
