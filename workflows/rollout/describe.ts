import { hasOutage } from '../../src/model/strategy';
import type { RolloutRequest } from '../../src/model/environment/environment';
import { describeFailure, type Failure } from '../../src/model/failure';
import { type Plan, type PhaseName, stepId, waitOf } from '../../src/model/plan';
import { shortHash } from '../../src/model/approval/plan-hash';
import type { StepQuestion } from '../../src/model/approval/question';
import type { RolloutProgress } from '../../src/model/environment/progress';
import { at, list, page, plain } from '../shared/show';
import { askedOf, describeAnswers } from '../shared/describe-question';
import { describeTrouble } from '../shared/describe-trouble';

/** A rollout: its phase, both releases, the progress of its steps, and its changes. */
export function describeRollout(
  { app, environment, plan, planHash, steps }: RolloutProgress,
  title: string,
  ...more: string[]
): string {
  if (!plan) return page(`## ${app} ${environment}: ${title}`, ...more);
  const way = `${plan.from ?? 'nothing'} → **${plan.release ?? 'nothing'}**, ${plan.strategy}, plan \`${shortHash(planHash ?? '')}\``;
  return page(
    `## ${app} ${environment}: ${title}`,
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
  // a step stopped by another's failure or by a cancel has no failure of its own
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

/** What a phase means for the environment's users, in a sentence. */
export function describePhaseOf(
  { plan }: RolloutProgress,
  phase: PhaseName,
  now: number,
): { title: string; meaning: string } {
  const [from, to] = [plan?.from ?? 'nothing', plan?.release ?? 'nothing'];
  const outage = plan !== undefined && hasOutage(plan.strategy);
  const back = `If anything fails now, it goes back to ${from} by itself.`;
  switch (phase) {
    case 'prepare':
      if (outage)
        return {
          title: `preparing ${to}`,
          meaning: `Images for ${to} are being fetched; ${from} has the traffic. ${back}`,
        };
      return { title: `preparing ${to}`, meaning: `${to} is starting beside ${from}, which has the traffic. ${back}` };
    case 'switch':
      if (outage)
        return {
          title: `replacing ${from} by ${to}`,
          meaning: `${from} stops, then ${to} starts. Nothing answers until ${to} is healthy. ${back}`,
        };
      return {
        title: `switching to ${to}`,
        meaning: `Everything is prepared; the traffic moves from ${from} to ${to}. ${back}`,
      };
    case 'soak': {
      const until = now + soakMs(plan);
      const kept = outage ? 'stopped' : 'warm';
      return {
        title: `soaking ${to}`,
        meaning: `**${to} has the traffic and must stay healthy until ${at(until)}.** ${from} is kept ${kept}. ${back}`,
      };
    }
    case 'commit':
      return { title: `committing ${to}`, meaning: `${to} stayed healthy.` };
    case 'retire':
      return { title: `on ${to}`, meaning: `${to} is committed. ${from} is being removed.` };
  }
}

function soakMs(plan?: Plan): number {
  const operations = plan?.phases.flatMap(({ batches }) => batches.flat().map(({ operation }) => operation)) ?? [];
  return Math.max(0, ...operations.map(waitOf));
}

/** Why a rollout failed, and that its changes are undone. */
export function describeUndone(progress: RolloutProgress, failure: Failure, ended: boolean): string {
  const from = progress.plan?.from ?? 'nothing';
  const title = ended ? `back on ${from}` : `going back to ${from}`;
  return describeRollout(progress, title, describeTrouble(failure));
}

/** A question to an operator: the failed step, its last lines, the answers and how to give them. */
export function describeQuestion(
  { app, environment, plan, steps }: RolloutProgress,
  request: RolloutRequest,
  question: StepQuestion,
  trouble: Failure | undefined,
): string {
  const { step, failure } = question;
  const goesBack = trouble && trouble !== failure;
  return page(
    `## ${app} ${environment}: needs an operator`,
    `**This failed${goesBack ? ' while going back' : ''}, and it is not safe to guess:** ${plain(step)}`,
    describeTrouble(failure),
    `**Asked of ${askedOf(question)}.** The rollout waits for the answer. It was requested by ${plain(request.by)}${request.record ? `, for release ${request.record.release}` : ''}.`,
    goesBack &&
      page(`It was going back to ${plan?.from ?? 'nothing'} because of this:`, plain(describeFailure(trouble))),
    describeAnswers(question, `windlass resolve ${environment}`, app),
    plan && page('### Steps so far', describePhases(plan, steps)),
  );
}
