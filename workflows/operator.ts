import { ApplicationFailure, condition, isCancellation, setHandler } from '@temporalio/workflow';
import { refuseResolution, type Resolution, type StepQuestion } from '../src/model/question';
import { resolveStep, resolveStepSignal } from './messages';

/** Who is asked when a workflow cannot go on by itself, and hears the answer, by Update or by Signal. One question at a time. */
export class Operator {
  private question?: StepQuestion;
  private given?: Resolution;

  constructor() {
    setHandler(resolveStep, (resolution) => this.resolve(resolution), {
      validator: (resolution: Resolution) => {
        const refusal = this.refuse(resolution);
        if (refusal !== undefined) throw ApplicationFailure.nonRetryable(refusal, 'Refused');
      },
    });
    setHandler(resolveStepSignal, (resolution) => {
      if (!this.refuse(resolution)) this.resolve(resolution);
    });
  }

  /** The question is put from here on, until it is withdrawn. */
  put(question: StepQuestion): void {
    this.question = question;
  }

  /** The answer; undefined when `stopped` says that nobody waits for one any more. */
  async answer(stopped: () => boolean = () => false): Promise<Resolution | undefined> {
    try {
      await condition(() => this.given !== undefined || stopped());
    } catch (error) {
      if (!isCancellation(error) || !stopped()) throw error;
    }
    return this.given;
  }

  withdraw(): void {
    this.given = undefined;
    this.question = undefined;
  }

  /** An answer that waits to be heard is the answer: a second one would be lost. */
  private refuse(resolution: Resolution): string | undefined {
    if (this.given) return `${this.given.by} has answered already (${this.given.answer})`;
    return refuseResolution(this.question, resolution);
  }

  private resolve(resolution: Resolution): string {
    this.given = resolution;
    return `${resolution.answer}: ${this.question?.answers[resolution.answer] ?? ''}`;
  }
}
