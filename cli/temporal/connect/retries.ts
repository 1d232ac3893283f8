import type { WorkflowExecutionDescription, WorkflowHandle } from '@temporalio/client';
import { type Failure, wordsOfCause } from '../../../src/model/failure';
import type { Retry } from '../../../src/model/environment/progress';
import type { Temporal } from '../../client';

/** A rollout has one workflow per host; at most this many are read. */
const MOST_CHILDREN = 20;

/** What a workflow and its children retry. Temporal keeps each activity's last failure. */
export async function readRetries({ client }: Temporal, handle: WorkflowHandle): Promise<Retry[]> {
  const { raw } = await handle.describe();
  const children = (raw.pendingChildren ?? []).slice(0, MOST_CHILDREN);
  const below = await Promise.all(
    children.map(async ({ workflowId, runId }) =>
      raw.workflowExecutionInfo?.type?.name === 'rollout' && workflowId
        ? readRetries({ client } as Temporal, client.workflow.getHandle(workflowId, runId ?? undefined))
        : [],
    ),
  );
  return [...retriesIn(raw), ...below.flat()];
}

type Raw = Pick<WorkflowExecutionDescription['raw'], 'pendingActivities'>;

/** Activities that have failed at least once. */
export function retriesIn({ pendingActivities }: Raw): Retry[] {
  return (pendingActivities ?? []).flatMap(({ activityType, attempt, lastFailure, expirationTime }): Retry[] => {
    if (!lastFailure || !attempt || attempt < 2) return [];
    const until = expirationTime ? Number(expirationTime.seconds) * 1_000 : undefined;
    return [
      {
        activity: activityType?.name ?? '',
        attempt,
        failure: failureOf(lastFailure),
        ...(until && { until }),
      },
    ];
  });
}

type LastFailure = NonNullable<NonNullable<Raw['pendingActivities']>[number]['lastFailure']>;

/** The failure it carries, else its message. */
function failureOf(last: LastFailure): Failure {
  const [payload] = last.applicationFailureInfo?.details?.payloads ?? [];
  try {
    const detail = JSON.parse(Buffer.from(payload?.data ?? []).toString()) as Failure;
    if (typeof detail.message === 'string' && typeof detail.kind === 'string') return detail;
  } catch {
    // It carries none of ours, or only a codec could decode it.
  }
  return { kind: 'error', message: wordsOfCause(last) };
}
