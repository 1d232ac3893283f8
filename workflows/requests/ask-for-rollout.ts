import {
  ApplicationFailure,
  CancellationScope,
  condition,
  getExternalWorkflowHandle,
  isCancellation,
  setHandler,
  uuid4,
  workflowInfo,
} from '@temporalio/workflow';
import type { EnvironmentState, RolloutRequest, RolloutResult } from '../../src/model/environment/environment';
import { environmentId, rolloutId } from '../../src/model/names';
import type { RollbackProgress } from '../../src/model/environment/progress';
import type { RecordRef } from '../../src/model/release';
import type { Signature } from '../../src/model/approval/statement';
import { detailOfRequest, ofRecord } from '../../src/model/approval/statement-parts';
import { announce } from '../shared/announce';
import { onSignal } from '../shared/hear';
import { rollbackProgress, rolloutNews, withdrawRollout } from '../messages';
import { short, toFailure } from '../shared/activities';
import { showDetails, showState, showSubject } from '../shared/show';

/** The requester and the reason. */
export interface Requester {
  app: string;
  environment: string;
  by: string;
  reason: string;
  signed?: Signature;
}

/** What to request, given the environment's state. */
export interface RequestedRollout {
  request: Pick<RolloutRequest, 'kind' | 'record' | 'approved' | 'startComposed' | 'acceptEmpty' | 'forget'>;
  /** The record that lists the operators. */
  operators: RecordRef;
  event:
    | { kind: 'rollback-requested' | 'eject-requested'; release: string }
    | { kind: 'forget-requested'; release: string; service: string };
}

type RequestKind = 'rollback' | 'eject' | 'forget';

/** Requests a rollout that belongs to no release, and follows it to its end. */
export async function askForRollout(
  { app, environment, by, reason, signed }: Requester,
  word: RequestKind,
  describe: (progress: RollbackProgress) => string,
  decide: (state: EnvironmentState | undefined) => RequestedRollout,
): Promise<RollbackProgress> {
  const progress: RollbackProgress = { app, environment, status: 'running' };
  let result: RolloutResult | undefined;
  showSubject({ app, environment });
  setHandler(rollbackProgress, () => progress);
  onSignal(rolloutNews, (news) => {
    if (news.state === 'ended') result = news.result;
    if (news.state === 'started') progress.rollout = { workflowId: rolloutId(app, environment), runId: news.runId };
    progress.asking = news.state === 'asking' ? news.question : undefined;
    if (news.state !== 'ended') showDetails(describe(progress));
  });
  const id = uuid4();
  let asked = false;
  try {
    const state = await short.readEnvironment.executeWithOptions({ summary: `what runs in ${environment}` }, [
      { app, environment },
    ]);
    const { request, operators, event } = decide(state);
    const statement = stateRequest({ app, environment, by, reason, signed }, word, request, operators);
    const allowed = await short.checkOperator.executeWithOptions({ summary: `may ${by}?` }, [
      { record: operators, environment, by, statement, signed },
    ]);
    const proof = allowed?.signed;
    progress.release = request.record?.release;
    showSubject({ app, environment, release: request.record?.release });
    showState('running', describe(progress));
    await short.requestRollout.executeWithOptions({ summary: `ask ${environment} for a ${word}` }, [
      {
        app,
        environment,
        request: { id, by, requester: workflowInfo().workflowId, ...request, ...(proof && { signed: [proof] }) },
      },
    ]);
    asked = true;
    await announce(
      { app, environment, by, reason, ...(proof && { signed: proof }), ...event },
      (request.record ?? operators).registry,
    );
    await condition(() => result !== undefined);
    if (result?.status !== 'committed') throw refused(whyNot(result));
    progress.status = 'done';
    showState('done', describe(progress));
    return progress;
  } catch (error) {
    // A request that was never sent need not be withdrawn, and nobody would answer.
    if (isCancellation(error) && asked)
      await CancellationScope.nonCancellable(async () => {
        await getExternalWorkflowHandle(environmentId(app, environment)).signal(withdrawRollout, {
          id,
          reason: `the ${word} was cancelled`,
        });
        await condition(() => result !== undefined);
      });
    progress.status = isCancellation(error) ? 'cancelled' : 'failed';
    progress.failure = toFailure(error);
    showState(progress.status, describe(progress));
    throw isCancellation(error) ? error : refused(progress.failure.message);
  }
}

/** What is asked for, as who asks for it has signed it. */
function stateRequest(
  asking: Requester,
  decision: RequestKind,
  request: RequestedRollout['request'],
  operators: RecordRef,
) {
  const { app, environment, by, reason, signed } = asking;
  const { nonce = '', expires = '' } = signed ?? {};
  return {
    app,
    environment,
    ...ofRecord(request.record ?? operators),
    plan: request.approved?.hash ?? '',
    decision,
    detail: detailOfRequest(request),
    by,
    reason,
    nonce,
    expires,
  };
}

function whyNot(result: RolloutResult | undefined): string {
  if (result && 'failure' in result) return result.failure.message;
  const differences = result?.status === 'replan' ? `: ${result.differences.join('; ')}` : '';
  return `the plan changed${differences}`;
}

export const refused = (message: string) =>
  ApplicationFailure.create({ nonRetryable: true, type: 'Refused', message, details: [{ kind: 'refused', message }] });
