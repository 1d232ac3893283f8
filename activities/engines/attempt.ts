import { activityInfo } from '@temporalio/activity';

/**
 * Identifies the activity across its attempts; empty outside of one. It distinguishes a retry after a crash,
 * which must find out how its container ended, from an operator's `retry`, which runs it again.
 */
export function currentCaller(): string {
  try {
    const { workflowExecution, activityId } = activityInfo();
    return `${workflowExecution?.runId}/${activityId}`;
  } catch {
    return '';
  }
}

/** The label with the caller of a one-off command; see `currentCaller`. */
export const callerLabel = (installation: string) => `${installation}.deed`;
