import type { RollbackProgress } from '../../src/model/environment/progress';
import { describeRequest } from './describe-request';

/** The removal of a forgotten accessory: requester, reason and progress. */
export function describeForget(
  asked: { by: string; reason: string; service: string },
  progress: RollbackProgress,
): string {
  const { app, environment, status, asking } = progress;
  const titles = {
    running: asking ? 'needs an operator' : 'is being removed',
    done: 'removed; its data stays',
    failed: 'was not removed',
    cancelled: 'not removed: the request was cancelled',
  };
  return describeRequest(`${app} ${environment}, ${asked.service}: ${titles[status]}`, asked, progress);
}
