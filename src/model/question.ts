import type { Failure } from './failure';

/** What a step that cannot go on by itself asks an operator. */
export interface StepQuestion {
  step: string;
  failure: Failure;
  /** What each answer will do. */
  answers: Answers;
  /** Whose answer counts; empty: of anybody who reaches Temporal. */
  of: string[];
}

export type Answer = 'retry' | 'skip' | 'exclude-host' | 'rollback';
export type Answers = Partial<Record<Answer, string>>;

/** What is asked about a host that does not answer, before there is a plan. */
export const lookAt = (host: string): string => `plan: look at ${host}`;

/** An operator's answer, by Update or by Signal: the same payload, which the current details show ready to paste. */
export interface Resolution {
  step: string;
  answer: Answer;
  /** Who answers: what the sender claims. */
  by: string;
  reason: string;
}

/** Why an answer does not count, in a sentence to the sender; undefined when it does. */
export function refuseResolution(
  question: StepQuestion | undefined,
  { step, answer, by, reason }: Resolution,
): string | undefined {
  if (!question) return 'nothing is asked of an operator now';
  if (step && step !== question.step) return `the question is about "${question.step}", not about "${step}"`;
  const known = Object.keys(question.answers);
  if (!known.includes(answer)) return `${answer} is not an answer to this question. Expected ${known.join(' or ')}`;
  if (!by) return 'it does not say who answers. Expected a name in "by"';
  if (question.of.length > 0 && !question.of.includes(by))
    return `${by} is not among the operators who may answer: ${question.of.join(', ')}. Ask one of them`;
  return reason ? undefined : 'it does not say why. Expected a sentence in "reason", which is kept in the ledger';
}
