import type { Failure } from '../../src/model/failure';
import type { OperatorAnswer, OfferedAnswers, StepQuestion } from '../../src/model/approval/question';
import { Stopped } from '../../src/plan/carry-out';
import { hostExcluded, rolloutAsks } from '../messages';
import { announce, now } from '../shared/announce';
import type { Given } from '../shared/operator';
import { plain, showState } from '../shared/show';
import { describeQuestion, describeRollout } from './describe';
import type { RolloutRun } from './rollout-run';

/** Asks an operator about a step on a host and waits. Throws `Stopped` when the rollout must go back instead. */
export async function askOperator(
  run: RolloutRun,
  id: string,
  host: string,
  failure: Failure,
  answers: OfferedAnswers,
): Promise<OperatorAnswer> {
  const { app, environment, request } = run.input;
  const asked = { step: id, failure, answers, of: run.operators.now };
  const question = run.operator.ask(asked, { app, environment, release: request.record?.release });
  run.progress.question = question;
  showState('asking', describeQuestion(run.progress, request, question, run.trouble));
  void announce({ ...run.about, kind: 'operator-wanted', question }, run.registry);
  await run.tellEnvironment(rolloutAsks, { request: request.id, question });
  try {
    const { answer, by, reason, statement } = await waitForAnswer(run, question);
    const words = `${plain(by)} answered **${answer}**: ${plain(reason)}`;
    showState('running', describeRollout(run.progress, 'continuing', words));
    if (answer === 'exclude-host') await exclude(run, host, by, reason);
    const resolved = { kind: 'resolved', step: id, answer, reason, plan: run.progress.planHash } as const;
    const who = { by, ...(statement && { signed: statement }) };
    await run.announce({ ...run.about, ...who, ...resolved }, run.registry);
    return answer;
  } finally {
    run.operator.clear();
    run.progress.question = undefined;
    await run.tellEnvironment(rolloutAsks, { request: request.id });
  }
}

/** A stop also counts as an answer where going back is one. */
async function waitForAnswer(run: RolloutRun, { answers }: StepQuestion): Promise<Given> {
  const canGoBack = answers.rollback !== undefined;
  const given = await run.operator.answer(() => canGoBack && run.stopped !== undefined);
  if (given) return given;
  throw new Stopped(run.stopped);
}

async function exclude(run: RolloutRun, host: string, by: string, reason: string): Promise<void> {
  run.excluded.add(host);
  const excluded = { host, by, reason, at: now() };
  await run.tellEnvironment(hostExcluded, { request: run.input.request.id, excluded });
}
