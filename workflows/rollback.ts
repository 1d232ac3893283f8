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
import type { Committed, EnvironmentState, RolloutNews, RolloutResult } from '../src/model/environment';
import { environmentId, rolloutId } from '../src/model/names';
import type { RollbackProgress } from '../src/model/progress';
import { earlierReleases, findRollbackTarget } from '../src/model/rollback';
import { describeRollback } from './describe/rollback';
import { record } from './ledger';
import { rollbackProgress, rolloutNews, withdrawRollout } from './messages';
import { short, toFailure } from './proxies';
import { showDetails, showState, showSubject } from './show';

export interface RollbackInput {
  app: string;
  environment: string;
  /** Undefined: the release that was current before this one. */
  release?: string;
  by: string;
  reason: string;
}

/** Takes an environment back to an earlier release, from its record: recorded digests, recorded configuration. */
export async function rollback(input: RollbackInput): Promise<RollbackProgress> {
  const { app, environment, by, reason } = input;
  const progress: RollbackProgress = { app, environment, status: 'running' };
  let result: RolloutResult | undefined;
  showSubject({ app, environment });
  setHandler(rollbackProgress, () => progress);
  setHandler(rolloutNews, (news: RolloutNews) => {
    if (news.state === 'ended') result = news.result;
    if (news.state === 'started') progress.rollout = { workflowId: rolloutId(app, environment), runId: news.runId };
    progress.asking = news.state === 'asking' ? news.question : undefined;
    if (news.state !== 'ended') showDetails(describeRollback(input, progress));
  });
  const id = uuid4();
  let asked = false;
  try {
    const state = await short.readEnvironment.executeWithOptions({ summary: `what runs on ${environment}` }, [
      { app, environment },
    ]);
    const target = findTarget(input, state);
    await short.checkOperator.executeWithOptions({ summary: `may ${by}?` }, [
      { record: state?.current?.record ?? target.record, environment, by },
    ]);
    progress.release = target.release;
    showSubject({ app, environment, release: target.release });
    showState('running', describeRollback(input, progress));
    const request = { id, kind: 'rollback', record: target.record, by, requester: workflowInfo().workflowId } as const;
    await short.requestRollout.executeWithOptions({ summary: `ask ${environment} for a rollback` }, [
      { app, environment, request },
    ]);
    asked = true;
    await record(target.record.registry, {
      kind: 'rollback-requested',
      app,
      environment,
      release: target.release,
      by,
      reason,
      what: `back to ${target.release}`,
    });
    await condition(() => result !== undefined);
    if (result?.status !== 'committed')
      throw refused(result && 'failure' in result ? result.failure.message : 'the plan changed');
    progress.status = 'done';
    showState('done', describeRollback(input, progress));
    return progress;
  } catch (error) {
    // What was never asked for need not be withdrawn, and nobody would answer.
    if (isCancellation(error) && asked)
      await CancellationScope.nonCancellable(async () => {
        await getExternalWorkflowHandle(environmentId(app, environment)).signal(withdrawRollout, {
          id,
          reason: 'the rollback was cancelled',
        });
        await condition(() => result !== undefined);
      });
    progress.status = isCancellation(error) ? 'cancelled' : 'failed';
    progress.failure = toFailure(error);
    showState(progress.status, describeRollback(input, progress));
    throw isCancellation(error) ? error : refused(progress.failure.message);
  }
}

/** The release asked for, or the one before the current. Throws with what there is to go back to. */
function findTarget({ app, environment, release }: RollbackInput, state: EnvironmentState | undefined): Committed {
  if (!state?.current)
    throw refused(`nothing was ever committed on ${environment} of ${app}, so there is nothing to go back to`);
  const target = findRollbackTarget(state, release);
  if (target) return target;
  const known =
    earlierReleases(state)
      .map((one) => one.release)
      .join(', ') || 'none';
  throw refused(
    `${environment} of ${app} cannot go back to ${release ?? 'an earlier release'}. It can go back to: ${known}`,
  );
}

const refused = (message: string) =>
  ApplicationFailure.create({ nonRetryable: true, type: 'Refused', message, details: [{ kind: 'refused', message }] });
