import {
  ActivityCancellationType,
  type ActivityOptions,
  ActivityFailure,
  ApplicationFailure,
  proxyActivities,
} from '@temporalio/workflow';
import type { Activities, RolloutScope } from '../../activities/types';
import { type Failure, PERMANENT, wordsOfCause } from '../../src/model/failure';
import type { Work } from '../../src/model/operations/operation';
import { type Operation, type OperationName, waitOf, workOf } from '../../src/model/plan';
import { waitsForLess } from './patches';

/**
 * The time-outs and retries of each class of work. Attempts are bounded by time, not number,
 * because a worker's shutdown uses one up. Heartbeats reveal a killed worker in seconds.
 */
const common = { heartbeatTimeout: '5s' } as const;
const retry = {
  initialInterval: '200ms',
  backoffCoefficient: 2,
  nonRetryableErrorTypes: [PERMANENT] as string[],
} as const;

const limits = {
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
  // its time depends on the source's size: fetching, building, pushing
  slow: {
    ...common,
    startToCloseTimeout: '1h',
    scheduleToCloseTimeout: '2h',
    retry: { ...retry, maximumInterval: '10s' },
  },
  // a soak sets its own time-out with the step
  wait: { ...common, retry: { ...retry, maximumInterval: '2s' } },
} satisfies Record<Work | 'slow', ActivityOptions>;

export const short = proxyActivities<Activities>(limits.short);
export const long = proxyActivities<Activities>(limits.long);
export const slow = proxyActivities<Activities>(limits.slow);
/** For work that must not be lost: retried until it is done. */
export const persistent = proxyActivities<Activities>({
  ...common,
  startToCloseTimeout: '30s',
  retry: { ...retry, maximumInterval: '10s', nonRetryableErrorTypes: [] as string[] },
});

type OperationCall = Operation & { scope: RolloutScope };
type Operations = Record<OperationName, (input: OperationCall) => Promise<void>>;

/** Runs one operation of a plan within the limits of its work class. `summary` is shown in Temporal's UI. */
export async function perform(operation: Operation, summary: string, scope: RolloutScope): Promise<void> {
  const activities = proxyActivities<Operations>(limitsOf(operation));
  await activities[operation.name].executeWithOptions({ summary }, [{ ...operation, scope }]);
}

function limitsOf(operation: Operation): ActivityOptions {
  const work = workOf(operation);
  if (work !== 'wait') return limits[work];
  const forMs = waitOf(operation);
  const bounds = { startToCloseTimeout: forMs + 60_000, scheduleToCloseTimeout: 2 * forMs + 300_000 };
  return { ...limits.wait, ...bounds, ...cancelAtOnce() };
}

/** A read-only activity is abandoned on cancellation, because its heartbeat takes longer than going back. */
const cancelAtOnce = (): ActivityOptions =>
  waitsForLess() ? { cancellationType: ActivityCancellationType.TRY_CANCEL } : {};

/** The `Failure` that an activity's error carries, else its root cause's message. */
export function toFailure(error: unknown): Failure {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause)
    if (cause instanceof ApplicationFailure && isFailure(cause.details?.[0])) return cause.details[0];
  const operation = error instanceof ActivityFailure ? error.activityType : undefined;
  return { kind: 'error', message: wordsOfCause(error), operation };
}

const isFailure = (detail: unknown): detail is Failure =>
  typeof detail === 'object' && detail !== null && 'message' in detail && 'kind' in detail;
