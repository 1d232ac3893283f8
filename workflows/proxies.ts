import {
  ActivityCancellationType,
  type ActivityOptions,
  ActivityFailure,
  ApplicationFailure,
  proxyActivities,
} from '@temporalio/workflow';
import type { Activities } from '../activities/types';
import { type Failure, PERMANENT, wordsOfCause } from '../src/model/failure';
import { type Operation, type Work, workOf } from '../src/model/plan';
import { waitsForLess } from './patches';

/**
 * How long work may take and how it is tried again, by its class. Attempts are bounded by time, not by number, for a
 * worker that is shut down uses one up. Every activity sends heartbeats, so that a killed worker is noticed in seconds.
 */
const common = { heartbeatTimeout: '5s' } as const;
const retry = {
  initialInterval: '200ms',
  backoffCoefficient: 2,
  nonRetryableErrorTypes: [PERMANENT] as string[],
} as const;

export const classes = {
  short: {
    ...common,
    startToCloseTimeout: '30s',
    scheduleToCloseTimeout: '3m',
    retry: { ...retry, maximumInterval: '5s' },
  },
  long: {
    ...common,
    startToCloseTimeout: '10m',
    scheduleToCloseTimeout: '15m',
    retry: { ...retry, maximumInterval: '10s' },
  },
  build: {
    ...common,
    startToCloseTimeout: '1h',
    scheduleToCloseTimeout: '2h',
    retry: { ...retry, maximumInterval: '10s' },
  },
  // a soak says itself how long it is; the option is set with the step
  wait: { ...common, retry: { ...retry, maximumInterval: '2s' } },
} satisfies Record<Work | 'build', ActivityOptions>;

export const short = proxyActivities<Activities>(classes.short);
export const long = proxyActivities<Activities>(classes.long);
export const build = proxyActivities<Activities>(classes.build);
/** What must not be lost, whatever is down: tried again until it is done. */
export const persistent = proxyActivities<Activities>({
  ...common,
  startToCloseTimeout: '30s',
  retry: { ...retry, maximumInterval: '10s', nonRetryableErrorTypes: [] as string[] },
});

/** Does one operation of a plan, within the time that its class of work may take; `summary` is what Temporal's UI shows. */
export async function perform(operation: Operation, summary: string, input: unknown): Promise<void> {
  const activity = activitiesFor(operation)[operation.name] as unknown as Summarised;
  await activity.executeWithOptions({ summary }, [input]);
}

interface Summarised {
  executeWithOptions(options: { summary: string }, args: unknown[]): Promise<void>;
}

function activitiesFor(operation: Operation): Activities {
  const work = workOf(operation);
  if (work === 'short') return short;
  if (work === 'long') return long;
  const forMs = operation.name === 'watchInstances' ? operation.forMs : 0;
  const bounds = { startToCloseTimeout: forMs + 60_000, scheduleToCloseTimeout: 2 * forMs + 300_000 };
  return proxyActivities<Activities>({ ...classes.wait, ...bounds, ...letGo() });
}

/**
 * Who only looks changes nothing, so nobody waits until it has heard that it is not wanted any more: that takes a heartbeat, up
 * to a second, and going back while the old instances are warm takes less.
 */
const letGo = (): ActivityOptions => (waitsForLess() ? { cancellationType: ActivityCancellationType.TRY_CANCEL } : {});

/** What an activity's failure says: the `Failure` that it carries, else the words of its root cause. */
export function toFailure(error: unknown): Failure {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause)
    if (cause instanceof ApplicationFailure && isFailure(cause.details?.[0])) return cause.details[0];
  const operation = error instanceof ActivityFailure ? error.activityType : undefined;
  return { kind: 'error', message: wordsOfCause(error), operation };
}

const isFailure = (detail: unknown): detail is Failure =>
  typeof detail === 'object' && detail !== null && 'message' in detail && 'kind' in detail;
