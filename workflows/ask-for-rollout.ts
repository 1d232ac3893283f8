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
import type { EnvironmentState, RolloutNews, RolloutRequest, RolloutResult } from '../src/model/environment';
import type { LedgerEntry } from '../src/model/ledger';
import { environmentId, rolloutId } from '../src/model/names';
import type { RollbackProgress } from '../src/model/progress';
import type { RecordRef } from '../src/model/release';
import { record } from './ledger';
import { rollbackProgress, rolloutNews, withdrawRollout } from './messages';
import { short, toFailure } from './proxies';
import { showDetails, showState, showSubject } from './show';

/** Who asks for what, and why. */
export interface Asking {
  app: string;
  environment: string;
  by: string;
  reason: string;
}

/** What is asked of the environment, once it is known how it stands. */
export interface Asked {
  request: Pick<RolloutRequest, 'kind' | 'record' | 'approved' | 'startComposed'>;
  /** Says who the operators are, and where the ledger is. */
  operators: RecordRef;
  ledger: Pick<LedgerEntry, 'kind' | 'release' | 'what'> & { registry: RecordRef };
}

/** Asks the single writer of an environment for a rollout that is no release's, and follows it to its end. */
export async function askForRollout(
  { app, environment, by, reason }: Asking,
  word: 'rollback' | 'eject',
  describe: (progress: RollbackProgress) => string,
  decide: (state: EnvironmentState | undefined) => Asked,
): Promise<RollbackProgress> {
  const progress: RollbackProgress = { app, environment, status: 'running' };
  let result: RolloutResult | undefined;
  showSubject({ app, environment });
  setHandler(rollbackProgress, () => progress);
  setHandler(rolloutNews, (news: RolloutNews) => {
    if (news.state === 'ended') result = news.result;
    if (news.state === 'started') progress.rollout = { workflowId: rolloutId(app, environment), runId: news.runId };
    progress.asking = news.state === 'asking' ? news.question : undefined;
    if (news.state !== 'ended') showDetails(describe(progress));
  });
  const id = uuid4();
  let asked = false;
  try {
    const state = await short.readEnvironment.executeWithOptions({ summary: `what runs on ${environment}` }, [
      { app, environment },
    ]);
    const { request, operators, ledger } = decide(state);
    await short.checkOperator.executeWithOptions({ summary: `may ${by}?` }, [{ record: operators, environment, by }]);
    progress.release = request.record?.release;
    showSubject({ app, environment, release: request.record?.release });
    showState('running', describe(progress));
    await short.requestRollout.executeWithOptions({ summary: `ask ${environment} for a ${word}` }, [
      { app, environment, request: { id, by, requester: workflowInfo().workflowId, ...request } },
    ]);
    asked = true;
    const { registry, ...entry } = ledger;
    await record(registry.registry, { app, environment, by, reason, ...entry });
    await condition(() => result !== undefined);
    if (result?.status !== 'committed') throw refused(whyNot(result));
    progress.status = 'done';
    showState('done', describe(progress));
    return progress;
  } catch (error) {
    // What was never asked for need not be withdrawn, and nobody would answer.
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

function whyNot(result: RolloutResult | undefined): string {
  if (result && 'failure' in result) return result.failure.message;
  const differences = result?.status === 'replan' ? `: ${result.differences.join('; ')}` : '';
  return `the plan changed${differences}`;
}

export const refused = (message: string) =>
  ApplicationFailure.create({ nonRetryable: true, type: 'Refused', message, details: [{ kind: 'refused', message }] });
