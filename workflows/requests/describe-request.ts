import { describeFailure } from '../../src/model/failure';
import type { RollbackProgress } from '../../src/model/environment/progress';
import { askedOf } from '../shared/describe-question';
import { describeTrouble } from '../shared/describe-trouble';
import { link, list, page, plain, quote } from '../shared/show';

/** A person's request other than a release: title, requester, reason and progress. */
export function describeRequest(
  title: string,
  { by, reason }: { by: string; reason: string },
  { rollout, asking, failure }: RollbackProgress,
): string {
  return page(
    `## ${title}`,
    failure && describeTrouble(failure),
    asking && quote(`${asking.step}: ${describeFailure(asking.failure)}`),
    asking && `Asked of ${askedOf(asking)}. The answers are in the rollout:`,
    list([
      `requested by ${plain(by)}: ${plain(reason)}`,
      rollout ? `rollout: ${link(rollout.workflowId, rollout.runId)}` : 'its rollout has not started',
    ]),
  );
}
