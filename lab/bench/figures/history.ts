import type { Client } from '@temporalio/client';

type Fetched = Awaited<ReturnType<ReturnType<Client['workflow']['getHandle']>['fetchHistory']>>;
type Event = NonNullable<Fetched['events']>[number];

/** A span of time, in milliseconds since 1970, fractions included. */
export interface Span {
  from: number;
  to: number;
}

/** An activity: from `from`, where it was scheduled, to `to`, where it was closed. */
export interface ActivitySpan extends Span {
  type: string;
  /** Undefined when it was closed before anybody began. */
  startedAt?: number;
}

/** What of a workflow's history is measured. */
export interface History {
  workflow: string;
  events: number;
  /** From its first event to its last. */
  whole: Span;
  activities: ActivitySpan[];
  /** From scheduled to completed: the server's, the worker's and the workflow code's time. */
  tasks: Span[];
}

/** Reads the history of a workflow's run, by default its last; with `within`, only what happened in that time. */
export async function readHistory(client: Client, workflow: string, within?: Span, runId?: string): Promise<History> {
  const { events = [] } = await client.workflow.getHandle(workflow, runId).fetchHistory();
  const isWithin = (event: Event) => !within || (timeOf(event) >= within.from && timeOf(event) <= within.to);
  const all = (events ?? []).filter(isWithin);
  const times = all.map(timeOf);
  return {
    workflow,
    events: all.length,
    whole: { from: Math.min(...times), to: Math.max(...times) },
    activities: findActivities(all),
    tasks: findTasks(all),
  };
}

function findActivities(events: Event[]): ActivitySpan[] {
  const started = new Map<string, number>();
  const closed = new Map<string, number>();
  for (const event of events) {
    const begin = event.activityTaskStartedEventAttributes;
    const end =
      event.activityTaskCompletedEventAttributes ??
      event.activityTaskFailedEventAttributes ??
      event.activityTaskTimedOutEventAttributes ??
      event.activityTaskCanceledEventAttributes;
    if (begin) started.set(String(begin.scheduledEventId), timeOf(event));
    if (end) closed.set(String(end.scheduledEventId), timeOf(event));
  }
  return events.flatMap((event) => {
    const type = event.activityTaskScheduledEventAttributes?.activityType?.name;
    const to = closed.get(String(event.eventId));
    return type && to ? [{ type, from: timeOf(event), startedAt: started.get(String(event.eventId)), to }] : [];
  });
}

function findTasks(events: Event[]): Span[] {
  const scheduled = new Map(
    events
      .filter((event) => event.workflowTaskScheduledEventAttributes)
      .map((event) => [String(event.eventId), timeOf(event)]),
  );
  return events.flatMap((event) => {
    const from = scheduled.get(String(event.workflowTaskCompletedEventAttributes?.scheduledEventId));
    return from === undefined ? [] : [{ from, to: timeOf(event) }];
  });
}

const timeOf = ({ eventTime }: Event): number => Number(eventTime?.seconds) * 1_000 + (eventTime?.nanos ?? 0) / 1e6;
