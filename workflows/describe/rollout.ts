import type { RolloutRequest } from '../../src/model/environment';
import { describeFailure, type Failure } from '../../src/model/failure';
import { type Plan, type PhaseName, stepId } from '../../src/model/plan';
import type { StepQuestion } from '../../src/model/question';
import type { RolloutProgress } from '../../src/model/progress';
import { at, list, page, plain } from '../show';
import { askedOf, describeAnswers } from './asked';
import { describeTrouble } from './trouble';

/** A rollout: where it stands, from what to what, how far its steps are, and what changes. */
export function describeRollout(
  { app, environment, plan, planHash, steps }: RolloutProgress,
  title: string,
  ...more: string[]
): string {
  if (!plan) return page(`## ${environment} of ${app}: ${title}`, ...more);
  const way = `${plan.from ?? 'nothing'} → **${plan.release ?? 'nothing'}**, ${plan.strategy}, plan \`${planHash}\``;
  return page(
    `## ${environment} of ${app}: ${title}`,
    ...more,
    way,
    '### Steps so far, live in *Timeline*',
    describePhases(plan, steps),
    plan.changes.length > 0 && '### What this plan changes',
    list([...plan.warnings.map((warning) => `⚠ ${plain(warning)}`), ...plan.changes.map(plain)]),
  );
}

const describePhases = ({ phases }: Plan, steps: RolloutProgress['steps']) =>
  list(phases.filter(({ batches }) => batches.length > 0).map((phase) => describePhase(phase, steps)));

/** `switch: 2 of 3 done; failed: switch routes to 3f2a9c1b7d on local`. */
function describePhase({ name, batches }: Plan['phases'][number], steps: RolloutProgress['steps']): string {
  const all = batches.flat().map((step) => stepId(name, step));
  // a step that was stopped because another failed, or by a cancel, has no failure of its own
  const stateOf = (id: string) => (steps[id]?.state === 'failed' && !steps[id].failure ? 'stopped' : steps[id]?.state);
  const inState = (state: string) => all.filter((id) => stateOf(id) === state);
  const undone = inState('undone').length;
  const named = ['running', 'undoing', 'skipped', 'failed', 'stopped']
    .map((state) => ({ state, ids: inState(state).map((id) => id.slice(name.length + 2)) }))
    .filter(({ ids }) => ids.length > 0);
  const words = [
    `${inState('done').length} of ${all.length} done`,
    ...(undone > 0 ? [`${undone} undone`] : []),
    ...named.map(({ state, ids }) => `${state}: ${plain(ids.join(', '))}`),
  ];
  return `**${name}** ${words.join(', ')}`;
}

/** What a phase means for whoever uses the environment, in a sentence. */
export function describePhaseOf(
  { plan }: RolloutProgress,
  phase: PhaseName,
  now: number,
): { title: string; meaning: string } {
  const [from, to] = [plan?.from ?? 'nothing', plan?.release ?? 'nothing'];
  const back = `If anything fails now, it goes back to ${from} by itself.`;
  switch (phase) {
    case 'prepare':
      if (plan?.strategy === 'recreate')
        return { title: `preparing ${to}`, meaning: `What ${to} needs is fetched; ${from} has the traffic. ${back}` };
      return { title: `preparing ${to}`, meaning: `${to} is started beside ${from}, which has the traffic. ${back}` };
    case 'switch':
      if (plan?.strategy === 'recreate')
        return {
          title: `replacing ${from} by ${to}`,
          meaning: `${from} is stopped and ${to} started; nobody answers until it is healthy. ${back}`,
        };
      return {
        title: `switching to ${to}`,
        meaning: `Everything is prepared; the traffic moves from ${from} to ${to}. ${back}`,
      };
    case 'soak': {
      const until = now + soakMs(plan);
      const kept = plan?.strategy === 'recreate' ? 'stopped' : 'warm';
      return {
        title: `soaking ${to}`,
        meaning: `**${to} has the traffic, and must stay healthy until ${at(until)}.** ${from} is kept ${kept}. ${back}`,
      };
    }
    case 'commit':
      return { title: `committing ${to}`, meaning: `${to} stayed healthy.` };
    case 'retire':
      return { title: `on ${to}`, meaning: `${to} is committed. What is left of ${from} is being removed.` };
  }
}

function soakMs(plan?: Plan): number {
  const operations = plan?.phases.flatMap(({ batches }) => batches.flat().map(({ operation }) => operation)) ?? [];
  return Math.max(0, ...operations.map((operation) => (operation.name === 'watchInstances' ? operation.forMs : 0)));
}

/** Why a rollout did not go through, and that nothing of it remains. */
export function describeUndone(progress: RolloutProgress, failure: Failure, ended: boolean): string {
  const from = progress.plan?.from ?? 'nothing';
  const title = ended ? `back on ${from}` : `going back to ${from}`;
  return describeRollout(progress, title, describeTrouble(failure));
}

/** A question to an operator: what failed, its last words, what each answer will do, and how to give it. */
export function describeQuestion(
  { app, environment, plan, steps }: RolloutProgress,
  request: RolloutRequest,
  question: StepQuestion,
  trouble: Failure | undefined,
): string {
  const { step, failure } = question;
  const goesBack = trouble && trouble !== failure;
  return page(
    `## ${environment} of ${app}: an operator is asked`,
    `**This failed${goesBack ? ' on the way back' : ''}, and it is not safe to guess:** ${plain(step)}`,
    describeTrouble(failure),
    `**Asked of ${askedOf(question)}.** Nothing goes on until somebody answers. It was asked for by ${plain(request.by)}${request.record ? `, for release ${request.record.release}` : ''}.`,
    goesBack &&
      page(`It was going back to ${plan?.from ?? 'nothing'} because of this:`, plain(describeFailure(trouble))),
    describeAnswers(question, `windlass resolve ${environment}`, app),
    plan && page('### Steps so far', describePhases(plan, steps)),
  );
}
