import type { RollbackProgress } from '../../src/model/environment/progress';
import { describeRequest } from './describe-request';

/** A rollback: target, requester, reason and progress. */
export function describeRollback(asked: { by: string; reason: string }, progress: RollbackProgress): string {
  const { app, environment, release = 'an earlier release', status, asking } = progress;
  const titles = {
    running: asking ? `needs an operator, going back to ${release}` : `going back to ${release}`,
    done: `is back on ${release}`,
    failed: `is not back on ${release}`,
    cancelled: `rollback to ${release} was cancelled`,
  };
  return describeRequest(`${app} ${environment}: ${titles[status]}`, asked, progress);
}
