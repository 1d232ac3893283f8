import type { ActivitySpan, History } from './history';

/** What became of the time of one activity, in milliseconds. */
export interface ActivityCosts {
  type: string;
  /** From scheduled to started. */
  wait: number;
  work: number;
  /** From completed until the workflow has taken it in. */
  back: number;
  /** Did no other activity of this workflow run at the same time? Then every millisecond of it is on the critical path. */
  alone: boolean;
}

/** What each activity of a workflow cost. Those that never started are left out. */
export function costsOf({ activities, tasks }: History): ActivityCosts[] {
  return activities.flatMap((activity) => {
    const { type, from, startedAt, to } = activity;
    // The end of an activity schedules a task, or is picked up by an existing one.
    const next = tasks.filter((task) => task.to >= to).sort((a, b) => a.to - b.to)[0];
    if (startedAt === undefined || !next) return [];
    const alone = activities.every((other) => other === activity || !overlap(other, activity));
    return [{ type, wait: startedAt - from, work: to - startedAt, back: next.to - to, alone }];
  });
}

const overlap = (a: ActivitySpan, b: ActivitySpan) => a.from < b.to && b.from < a.to;
