import type { Failure } from '../failure';
import { refuseOperator } from './operators';
import type { Signature } from './statement';

export interface StepQuestion {
  step: string;
  failure: Failure;
  answers: OfferedAnswers;
  of: string[];
  nonce?: string;
}

export type OperatorAnswer = 'retry' | 'skip' | 'exclude-host' | 'rollback';
export type OfferedAnswers = Partial<Record<OperatorAnswer, string>>;

/** The question about a host that does not answer, before there is a plan. */
export const lookAt = (host: string): string => `plan: look at ${host}`;

/** An operator's answer, by Update or Signal; Temporal's current details show it ready to paste. */
export interface Resolution {
  step: string;
  answer: OperatorAnswer;
  by: string;
  reason: string;
  signed?: Signature;
}

/** Why an answer does not count, for its sender; undefined when it does. */
export function refuseResolution(
  question: StepQuestion | undefined,
  { step, answer, by, reason }: Resolution,
): string | undefined {
  if (!question) return 'no question for an operator is open';
  if (step && step !== question.step) return `the question is about "${question.step}", not "${step}"`;
  const known = Object.keys(question.answers);
  if (!known.includes(answer)) return `${answer}: is not an answer to this question. Expected ${known.join(' or ')}`;
  if (!by) return "by: is missing. Expected the answering person's name";
  const refusal = refuseOperator(by, question.of, 'who may answer');
  if (refusal !== undefined) return refusal;
  return reason ? undefined : 'reason: is missing. Expected a sentence for the ledger';
}
