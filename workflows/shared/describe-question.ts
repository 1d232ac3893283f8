import type { StepQuestion } from '../../src/model/approval/question';
import { block, command, page, plain } from './show';
import { describeTrouble } from './describe-trouble';

/** Whose answer counts. */
export const askedOf = ({ of }: StepQuestion): string =>
  of.length > 0 ? `one of ${plain(of.join(', '))}` : 'anybody, because no operators are listed';

/** The answers, their effects and commands; `resolve` is the command up to the answer. */
export function describeAnswers({ step, answers }: StepQuestion, resolve: string, app: string): string {
  const options = Object.entries(answers).map(
    ([answer, what]) => `**${answer}**: ${what}\n\n${command(`${resolve} ${answer}`, `--app ${app} --reason '…'`)}`,
  );
  const answer = { step, answer: Object.keys(answers)[0], by: 'YOU', reason: 'WHY' };
  return page(
    '### Answers',
    ...options,
    'Or *More Actions*, *Send a Signal* `resolution` with',
    block(JSON.stringify(answer, undefined, 2)),
  );
}

/** A question before anything was changed. */
export const describeAsked = (question: StepQuestion, resolve: string, app: string): string =>
  page(
    describeTrouble(question.failure),
    `**Asked of ${askedOf(question)}.** Nothing was changed. The release waits for the answer.`,
    describeAnswers(question, resolve, app),
  );
