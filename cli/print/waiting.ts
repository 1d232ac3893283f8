import type { Retry, RolloutProgress, Waiting } from '../../src/model/environment/progress';
import { describeFailure } from '../../src/model/failure';
import { shortHash } from '../../src/model/approval/plan-hash';
import type { StepQuestion } from '../../src/model/approval/question';
import { failureLines } from './failure';
import type { Line } from './terminal/line';
import { summaryLines } from './plan';
import { dateTime } from './terminal/time';

/** What it waits for, from whom, and the command that ends the wait. */
export function waitingLines(of: { app: string; release?: string }, waiting: Waiting, depth: number): Line[] {
  switch (waiting.kind) {
    case 'approval':
      return approvalLines(of, waiting, depth);
    case 'operator':
      return [
        {
          depth,
          mark: 'asking',
          text: `asks ${askedOf(waiting.question)} about "${waiting.question.step}"`,
          tone: 'warn',
        },
        { depth: depth + 1, text: describeFailure(waiting.question.failure), tone: 'bad' },
        ...answerLines(of.app, (waiting.own && of.release) || waiting.environment, waiting.question, depth + 1),
      ];
    case 'queue': {
      const { behind } = waiting.news;
      const others = behind === 1 ? 'another rollout of' : `${behind} other rollouts of`;
      const what = behind === 0 ? 'for' : `behind ${others}`;
      return [
        {
          depth,
          mark: 'asking',
          text: `waits ${what} ${waiting.environment}${behind === 0 ? ', which is frozen' : ''}`,
          tone: 'warn',
        },
      ];
    }
  }
}

type Approval = Extract<Waiting, { kind: 'approval' }>;

function approvalLines(of: { app: string; release?: string }, waiting: Approval, depth: number): Line[] {
  const { environment, policy, also, decisions, summary, until } = waiting;
  const given = decisions.map((d) => `${d.by} ${d.decision === 'approve' ? 'approves' : 'rejects'}`);
  const count = policy.count === 1 ? '1 approval' : `${policy.count} approvals`;
  return [
    { depth, mark: 'asking', text: `waits for ${count}, until ${dateTime(until)}`, tone: 'warn' },
    { depth: depth + 1, text: `who may: ${policy.from.join(', ')}` },
    ...(also ?? []).map((gate) => ({
      depth: depth + 1,
      text: `and ${gate.count} of ${gate.from.join(', ')}, by the gate of the current release or of the policy`,
    })),
    ...given.map((text): Line => ({ depth: depth + 1, mark: 'done', text })),
    ...summaryLines(summary, depth + 1),
    { depth: depth + 1, text: decisionCommand('approve', of, environment, waiting.plan), tone: 'command' },
    { depth: depth + 1, text: decisionCommand('reject', of, environment, waiting.plan), tone: 'command' },
  ];
}

/** The command for an approver, complete for any folder. */
export function decisionCommand(
  decision: 'approve' | 'reject',
  of: { app: string; release?: string },
  environment: string,
  plan: string,
): string {
  const reason = decision === 'reject' ? " --reason '…'" : '';
  return `windlass ${decision} ${of.release ?? ''} ${environment} --app ${of.app} --plan ${shortHash(plan)}${reason}`;
}

/** The question of a rollout and the effect of each answer. `told`: its failure was shown above. */
export function questionLines(rollout: RolloutProgress, depth: number, told = false): Line[] {
  const { question, app, environment } = rollout;
  if (!question) return [];
  return [
    { depth, mark: 'asking', text: `asks ${askedOf(question)} about "${question.step}"`, tone: 'warn' },
    ...(told ? [] : failureLines(question.failure, depth + 1)),
    ...answerLines(app, environment, question, depth + 1),
  ];
}

/** Why a rollout is not going on: it waits for a thaw, or was told to go back. */
export function heldLines({ held, steps }: RolloutProgress, depth: number): Line[] {
  if (!held) return [];
  const goesBack = Object.values(steps).some(({ state }) => state === 'undoing' || state === 'undone');
  return [{ depth, mark: 'asking', text: goesBack ? `goes back: ${held}` : `on hold: ${held}`, tone: 'warn' }];
}

const askedOf = ({ of }: StepQuestion) => (of.length > 0 ? `one of ${of.join(', ')}` : 'an operator');

/** The effect of each answer, and its command. */
const answerLines = (app: string, asker: string, question: StepQuestion, depth: number): Line[] =>
  Object.entries(question.answers).flatMap(([answer, what]): Line[] => [
    { depth, text: `${answer}: ${what}` },
    { depth: depth + 1, text: resolveCommand(app, asker, answer), tone: 'command' },
  ]);
const resolveCommand = (app: string, asker: string, answer: string) =>
  `windlass resolve ${asker} ${answer} --app ${app} --reason '…'`;

/** An activity being retried: its failure, attempts and deadline. */
export const retryLines = ({ activity, attempt, failure, until }: Retry, depth: number): Line[] => [
  {
    depth,
    mark: 'asking',
    text: `retrying ${activity} (attempt ${attempt}${until === undefined ? '' : `, until ${dateTime(until)}`})`,
    tone: 'warn',
  },
  ...failureLines(failure, depth + 1),
];
