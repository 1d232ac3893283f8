import { CancellationScope, getExternalWorkflowHandle, isCancellation, uuid4 } from '@temporalio/workflow';
import type { EnvironmentRecord } from '../../../src/manifest/record/record';
import type { ApprovedPlan, RolloutNews, RolloutRequest } from '../../../src/model/environment/environment';
import { environmentId, releaseId, rolloutId } from '../../../src/model/names';
import { describeFailure } from '../../../src/model/failure';
import type { StageProgress } from '../../../src/model/environment/progress';
import type { RecordRef } from '../../../src/model/release';
import { withdrawRollout } from '../../messages';
import { short } from '../../shared/activities';
import { link, list, page, quote } from '../../shared/show';
import { askedOf } from '../../shared/describe-question';
import { Ended } from '../ended';
import type { ReleaseRun } from '../release-run';

/**
 * Requests a rollout and waits for its commit. Returns false when the plan has changed since its
 * approval, which is then requested again. Throws `Ended` when the rollout came back.
 */
export async function promote(
  run: ReleaseRun,
  record: RecordRef,
  environment: EnvironmentRecord,
  approved?: ApprovedPlan,
): Promise<boolean> {
  const { app, release, startedBy, acceptEmpty } = run.request;
  const { name } = environment;
  return await run.stage(name, name, async (stage) => {
    const request: RolloutRequest = {
      id: uuid4(),
      kind: 'release',
      record,
      approved,
      by: startedBy,
      ...(acceptEmpty && { acceptEmpty }),
      requester: releaseId(app, release),
      ledger: run.ledger,
      ...(run.started && { signed: [run.started] }),
      ...(run.leftOut(name).length > 0 && { excluded: run.leftOut(name) }),
    };
    await short.requestRollout.executeWithOptions({ summary: `ask ${name} for a rollout` }, [
      { app, environment: name, request },
    ]);
    const result = await awaitOutcome(run, stage, environment, request);
    run.wait(undefined, 'running');
    switch (result.status) {
      case 'committed':
        stage.detail = `committed${result.warnings.length > 0 ? `; cleanup pending: ${result.warnings.join('; ')}` : ''}`;
        return true;
      case 'replan':
        stage.state = 'skipped';
        run.gates.set(name, result.gates);
        stage.detail = `the plan changed: ${result.differences.join('; ')}`;
        return false;
      case 'undone':
        throw new Ended(result.cancelled ? 'cancelled' : 'failed', result.failure);
      case 'refused':
        throw new Ended('failed', result.failure);
    }
  });
}

/** A cancel goes to the environment; the release ends once the environment has undone it. */
async function awaitOutcome(
  run: ReleaseRun,
  stage: StageProgress,
  environment: EnvironmentRecord,
  request: RolloutRequest,
) {
  const { app } = run.request;
  const seen = (news: RolloutNews) => follow(run, stage, environment, news);
  try {
    return await run.outcome(request.id, seen);
  } catch (error) {
    if (!isCancellation(error)) throw error;
    return await CancellationScope.nonCancellable(async () => {
      const reason = run.whyCancelled();
      await getExternalWorkflowHandle(environmentId(app, environment.name)).signal(withdrawRollout, {
        id: request.id,
        reason,
      });
      const result = await run.outcome(request.id, seen);
      // The commit came first: the environment keeps the release, which ends as cancelled here.
      if (result.status === 'committed') throw error;
      return result;
    });
  }
}

function follow(
  run: ReleaseRun,
  stage: StageProgress,
  { name: environment }: EnvironmentRecord,
  news: RolloutNews,
): void {
  if (news.state === 'started') {
    stage.rollout = { workflowId: rolloutId(run.request.app, environment), runId: news.runId };
    run.wait(undefined, 'rolling-out');
  } else if (news.state === 'queued') {
    run.wait(
      { kind: 'queue', environment, news },
      'queued',
      `**${news.behind === 0 ? `${environment} is frozen` : `Another rollout is running in ${environment}`}.** See ${link(environmentId(run.request.app, environment))}.`,
    );
  } else if (news.state === 'asking' && news.question) {
    run.wait(
      { kind: 'operator', environment, question: news.question },
      'asking',
      page(
        quote(`${news.question.step}: ${describeFailure(news.question.failure)}`),
        `**Asked of ${askedOf(news.question)}.** The rollout waits for the answer, in ${rolloutOf(stage)}:`,
        list(Object.entries(news.question.answers).map(([answer, what]) => `**${answer}**: ${what}`)),
      ),
    );
  } else {
    run.wait(undefined, 'rolling-out');
  }
}

const rolloutOf = ({ rollout }: StageProgress) => (rollout ? link(rollout.workflowId, rollout.runId) : 'its rollout');
