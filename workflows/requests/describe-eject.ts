import type { RollbackProgress } from '../../src/model/environment/progress';
import { describeRequest } from './describe-request';

/** An eject: requester, reason and progress. */
export function describeEject(asked: { by: string; reason: string }, progress: RollbackProgress): string {
  const { app, environment, status, asking } = progress;
  const titles = {
    running: asking ? 'needs an operator, leaving windlass' : 'leaving windlass',
    done: 'has left windlass',
    failed: 'has not left windlass',
    cancelled: 'stays with windlass: the eject was cancelled',
  };
  return describeRequest(`${app} ${environment}: ${titles[status]}`, asked, progress);
}
