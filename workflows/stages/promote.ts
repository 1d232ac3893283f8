import { CancellationScope, getExternalWorkflowHandle, isCancellation, uuid4 } from '@temporalio/workflow';
import type { EnvironmentRecord } from '../../activities/types';
import type { ApprovedPlan, RolloutNews, RolloutRequest } from '../../src/model/environment';
import { environmentId, releaseId, rolloutId } from '../../src/model/names';
import { describeFailure } from '../../src/model/failure';
import type { StageProgress } from '../../src/model/progress';
import type { RecordRef } from '../../src/model/release';
import { withdrawRollout } from '../messages';
import { short } from '../proxies';
import { link, list, page, quote } from '../show';
import { askedOf } from '../describe/asked';
import { Ended } from '../ended';
import type { Run } from '../run';

/**
 * Hands the release to the environment and waits until it is committed there. False when what is observed has changed
 * since the plan was approved: then people are asked again. Throws `Ended` when it came back.
 */
export async function promote(
  run: Run,
  record: RecordRef,
  environment: EnvironmentRecord,
  approved?: ApprovedPlan,
): Promise<boolean> {
  const { app, release, startedBy } = run.request;
  const { name } = environment;
  return await run.stage(name, name, async (stage) => {
    const request: RolloutRequest = {
      id: uuid4(),
      kind: 'release',
      record,
      approved,
      by: startedBy,
      requester: releaseId(app, release),
      ...(run.leftOut(name).length > 0 && { excluded: run.leftOut(name) }),
    };
    await short.requestRollout.executeWithOptions({ summary: `ask ${name} for a rollout` }, [
      { app, environment: name, request },
    ]);
    const result = await awaitOutcome(run, stage, environment, request);
    run.wait(undefined, 'running');
    switch (result.status) {
      case 'committed':
        stage.detail = `committed${result.warnings.length > 0 ? `, left to clean: ${result.warnings.join('; ')}` : ''}`;
        return true;
      case 'replan':
        stage.state = 'skipped';
        stage.detail = `the plan changed: ${result.differences.join('; ')}`;
        return false;
      case 'undone':
        throw new Ended(result.cancelled ? 'cancelled' : 'failed', result.failure);
      case 'refused':
        throw new Ended('failed', result.failure);
    }
  });
}

/** A cancel reaches the environment, and the release ends only when what it did there is undone. */
async function awaitOutcome(run: Run, stage: StageProgress, environment: EnvironmentRecord, request: RolloutRequest) {
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
      // The commit came first: the environment keeps the release, and the release ends as cancelled before the next one.
      if (result.status === 'committed') throw error;
      return result;
    });
  }
}

function follow(run: Run, stage: StageProgress, { name: environment }: EnvironmentRecord, news: RolloutNews): void {
  if (news.state === 'started') {
    stage.rollout = { workflowId: rolloutId(run.request.app, environment), runId: news.runId };
    run.wait(undefined, 'rolling-out');
  } else if (news.state === 'queued') {
    run.wait(
      { kind: 'queue', environment, news },
      'queued',
      `**${news.behind === 0 ? `${environment} is frozen` : `Another rollout runs on ${environment}`}.** See ${link(environmentId(run.request.app, environment))}.`,
    );
  } else if (news.state === 'asking' && news.question) {
    run.wait(
      { kind: 'operator', environment, question: news.question },
      'asking',
      page(
        quote(`${news.question.step}: ${describeFailure(news.question.failure)}`),
        `**Asked of ${askedOf(news.question)}.** Nothing goes on until somebody answers, in ${rolloutOf(stage)}:`,
        list(Object.entries(news.question.answers).map(([answer, what]) => `**${answer}**: ${what}`)),
      ),
    );
  } else {
    run.wait(undefined, 'rolling-out');
  }
}

const rolloutOf = ({ rollout }: StageProgress) => (rollout ? link(rollout.workflowId, rollout.runId) : 'its rollout');
