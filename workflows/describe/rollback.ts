import { describeFailure } from '../../src/model/failure';
import type { RollbackProgress } from '../../src/model/progress';
import { link, list, page, plain, quote } from '../show';
import { askedOf } from './asked';
import { describeTrouble } from './trouble';

/** A rollback: to what, who asked for it and why, and how it goes. */
export function describeRollback({ by, reason }: Asked, progress: RollbackProgress): string {
  const { app, environment, release = 'an earlier release', status, rollout, asking, failure } = progress;
  const titles = {
    running: asking ? `an operator is asked on the way back to ${release}` : `goes back to ${release}`,
    done: `is back on ${release}`,
    failed: `is not back on ${release}`,
    cancelled: `the way back to ${release} was cancelled`,
  };
  return page(
    `## ${environment} of ${app}: ${titles[status]}`,
    failure && describeTrouble(failure),
    asking && quote(`${asking.step}: ${describeFailure(asking.failure)}`),
    asking && `It is asked of ${askedOf(asking)}. What can be answered, and how, stands in the rollout:`,
    list([
      `asked for by ${plain(by)}: ${plain(reason)}`,
      rollout ? `rollout: ${link(rollout.workflowId, rollout.runId)}` : 'its rollout has not begun',
    ]),
  );
}

interface Asked {
  by: string;
  reason: string;
}
