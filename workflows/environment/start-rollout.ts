import {
  type ChildWorkflowHandle,
  getExternalWorkflowHandle,
  ParentClosePolicy,
  startChild,
  workflowInfo,
} from '@temporalio/workflow';
import { type RolloutNews, type RolloutRequest, secretsThatRan } from '../../src/model/environment/environment';
import type { EnvironmentQueue } from '../../src/model/environment/queue';
import { rolloutId } from '../../src/model/names';
import * as messages from '../messages';
import type { rollout } from '../rollout';
import { hostsLeftOut } from '../shared/planning';
import { link, plain } from '../shared/show';

export type RolloutChild = ChildWorkflowHandle<typeof rollout>;

export function startRollout(queue: EnvironmentQueue, request: RolloutRequest): Promise<RolloutChild> {
  const { state } = queue;
  const { app, environment, current, counter } = state;
  const what = `${request.kind} ${request.record?.release ?? 'nothing'} on ${environment} of ${app}`;
  const input = { app, environment, request, current: current?.record, keep: queue.keep() };
  return startChild<typeof rollout>('rollout', {
    workflowId: rolloutId(app, environment),
    // When this workflow is terminated, its rollout is cancelled and undoes its work.
    parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
    staticSummary: `${what}, requested by ${request.by}`.slice(0, 200),
    staticDetails: `Requested by ${plain(request.by)}, in ${link(request.requester)}`,
    args: [{ ...input, ran: secretsThatRan(state), counter, excluded: hostsLeftOut(state), ledger: state.ledger }],
  });
}

/** The requester may have ended; its request is carried out all the same. */
export async function tell(requester: string, news: RolloutNews): Promise<void> {
  if (requester === workflowInfo().workflowId) return;
  await getExternalWorkflowHandle(requester)
    .signal(messages.rolloutNews, news)
    .catch(() => undefined);
}
