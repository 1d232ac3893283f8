import { activityInfo } from '@temporalio/activity';

/**
 * What all attempts at the same activity have in common, and no other activity has; empty outside of one. It tells a retry
 * after a crash, which must find out how its container ended, from an operator's `retry`, who wants it run again.
 */
export function currentDeed(): string {
  try {
    const { workflowExecution, activityId } = activityInfo();
    return `${workflowExecution?.runId}/${activityId}`;
  } catch {
    return '';
  }
}
