import { forgetId } from '../../../src/model/names';
import type { ForgetInput } from '../../../workflows/forget';
import type { Temporal } from '../../client';
import type { CommandResult } from '../../deliver';
import { EXIT } from '../../exit';
import { screenFor } from '../../print/terminal/screen';
import { attributes } from '../connect/attributes';
import { EXITS } from './rollback';
import { followAsked } from './follow';

/** Removes an accessory that left the compose file, and follows that to its end. */
export async function carryOutForget(temporal: Temporal, input: ForgetInput, json?: boolean): Promise<CommandResult> {
  const { app, environment, service, by, reason } = input;
  const handle = await temporal.client.workflow.start('forget', {
    workflowId: forgetId(app, environment, Date.now().toString(36)),
    taskQueue: temporal.taskQueue,
    args: [input],
    staticSummary: `${app} ${environment}: forget ${service}, requested by ${by}`,
    staticDetails: `Requested by ${by}: ${reason}`,
    typedSearchAttributes: attributes({ WindlassApp: app, WindlassEnvironment: environment }),
  });
  const screen = screenFor(json ? process.stderr : process.stdout);
  const title = `Forget ${service} in ${app} ${environment}`;
  const { progress, interrupted } = await followAsked(temporal, handle, screen, { title });
  const status = progress?.asking ? 'asks' : (progress?.status ?? 'running');
  const lines = {
    done: [`Removed the container of ${service}. Its data is untouched.`],
    failed: [`The container of ${service} was not removed.`],
    cancelled: ['It was cancelled.'],
    asks: ["It is waiting for an operator's answer."],
    running: ['No news of it. To check: windlass status'],
  };
  return {
    exit: interrupted ? EXIT.interrupted : EXITS[status],
    lines: interrupted ? ['It continues. To check: windlass status'] : lines[status],
    json: { app, environment, service, workflowId: handle.workflowId, status, failure: progress?.failure },
  };
}
