import { describeFailure } from '../../src/model/failure';
import type { RollbackProgress } from '../../src/model/progress';
import { link, list, page, plain, quote } from '../show';
import { askedOf } from './asked';
import { describeTrouble } from './trouble';

/** An eject: who asked for it and why, and how it goes. */
export function describeEject({ by, reason }: { by: string; reason: string }, progress: RollbackProgress): string {
  const { app, environment, status, rollout, asking, failure } = progress;
  const titles = {
    running: asking ? 'an operator is asked while it leaves windlass' : 'leaves windlass',
    done: 'is left to docker compose',
    failed: 'has not left windlass',
    cancelled: 'stays with windlass, for leaving it was cancelled',
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
