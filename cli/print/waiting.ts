import type { RolloutProgress, Waiting } from '../../src/model/progress';
import { describeFailure } from '../../src/model/failure';
import type { StepQuestion } from '../../src/model/question';
import { failureLines } from './failure';
import type { Line } from './line';
import { shortHash, summaryLines } from './plan';
import { dateTime } from './time';

/** What is waited for, of whom, and the command that ends it. */
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
  const { environment, policy, decisions, summary, until } = waiting;
  const given = decisions.map((d) => `${d.by} ${d.decision === 'approve' ? 'approves' : 'rejects'}`);
  const count = policy.count === 1 ? '1 approval' : `${policy.count} approvals`;
  return [
    { depth, mark: 'asking', text: `waits for ${count}, until ${dateTime(until)}`, tone: 'warn' },
    { depth: depth + 1, text: `who may: ${policy.from.join(', ')}` },
    ...given.map((text): Line => ({ depth: depth + 1, mark: 'done', text })),
    ...summaryLines(summary, depth + 1),
    { depth: depth + 1, text: decisionCommand('approve', of, environment, waiting.plan), tone: 'command' },
    { depth: depth + 1, text: decisionCommand('reject', of, environment, waiting.plan), tone: 'command' },
  ];
}

/** The command that an approver types, wherever they are. */
export function decisionCommand(
  decision: 'approve' | 'reject',
  of: { app: string; release?: string },
  environment: string,
  plan: string,
): string {
  const reason = decision === 'reject' ? " --reason '…'" : '';
  return `windlass ${decision} ${of.release ?? ''} ${environment} --app ${of.app} --plan ${shortHash(plan)}${reason}`;
}

/** What a rollout asks of an operator, with what each answer would do. `told`: the failure stands above already. */
export function questionLines(rollout: RolloutProgress, depth: number, told = false): Line[] {
  const { question, app, environment } = rollout;
  if (!question) return [];
  return [
    { depth, mark: 'asking', text: `asks ${askedOf(question)} about "${question.step}"`, tone: 'warn' },
    ...(told ? [] : failureLines(question.failure, depth + 1)),
    ...answerLines(app, environment, question, depth + 1),
  ];
}

/** Why a rollout does not go on: it waits for a thaw, or was told to go back. */
export function heldLines({ held, steps }: RolloutProgress, depth: number): Line[] {
  if (!held) return [];
  const goesBack = Object.values(steps).some(({ state }) => state === 'undoing' || state === 'undone');
  return [{ depth, mark: 'asking', text: goesBack ? `goes back: ${held}` : `is held: ${held}`, tone: 'warn' }];
}

const askedOf = ({ of }: StepQuestion) => (of.length > 0 ? `one of ${of.join(', ')}` : 'an operator');

/** What each answer will do, and how it is given. */
const answerLines = (app: string, asker: string, question: StepQuestion, depth: number): Line[] =>
  Object.entries(question.answers).flatMap(([answer, what]): Line[] => [
    { depth, text: `${answer}: ${what}` },
    { depth: depth + 1, text: resolveCommand(app, asker, answer), tone: 'command' },
  ]);
const resolveCommand = (app: string, asker: string, answer: string) =>
  `windlass resolve ${asker} ${answer} --app ${app} --reason '…'`;
