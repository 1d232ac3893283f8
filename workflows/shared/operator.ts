import { ApplicationFailure, condition, isCancellation } from '@temporalio/workflow';
import { wordsOfCause } from '../../src/model/failure';
import { refuseResolution, type Resolution, type StepQuestion } from '../../src/model/approval/question';
import type { SignedStatement } from '../../src/model/approval/statement';
import { detailOfAnswer } from '../../src/model/approval/statement-parts';
import { onSignal, onUpdate } from './hear';
import { resolveStep, resolveStepSignal } from '../messages';
import { checksStatements } from './patches';
import { showNotice } from './show';
import { nextNonce, requireSigned } from './signed';

/** An answer that counts; `statement` is what was signed, where the policy wants it. */
export type Given = Resolution & { statement?: SignedStatement };

interface About {
  app: string;
  environment: string;
  release?: string;
}

/** Asks one question at a time when a workflow cannot go on, and receives the answer by Update or Signal. */
export class Operator {
  private question?: StepQuestion;
  private about?: About;
  private given?: Given;

  constructor() {
    onUpdate(
      resolveStep,
      (resolution) => this.refuse(resolution),
      (resolution) => this.resolve(resolution),
    );
    onSignal(resolveStepSignal, async (resolution) => {
      const notice = (refusal: string) => showNotice(`signal resolution was refused: ${refusal}`);
      const refusal = this.refuse(resolution);
      if (refusal) notice(refusal);
      else await this.resolve(resolution).catch((error: unknown) => notice(wordsOfCause(error)));
    });
  }

  /** The question is put from here on, until it is withdrawn: it has a nonce of its own then. */
  ask(question: StepQuestion, about: About): StepQuestion {
    this.about = about;
    this.question = { ...question, nonce: nextNonce() };
    return this.question;
  }

  /** The answer; undefined when `stopped` says that none is needed any more. */
  async answer(stopped: () => boolean = () => false): Promise<Given | undefined> {
    try {
      await condition(() => this.given !== undefined || stopped());
    } catch (error) {
      if (!isCancellation(error) || !stopped()) throw error;
    }
    return this.given;
  }

  clear(): void {
    this.given = undefined;
    this.question = undefined;
  }

  /** An answer that is waiting counts; a second one would be lost. */
  private refuse(resolution: Resolution): string | undefined {
    if (this.given) return `${this.given.by} has already answered (${this.given.answer})`;
    return refuseResolution(this.question, resolution);
  }

  private async resolve(resolution: Resolution): Promise<string> {
    const asked = this.question;
    const statement = asked && checksStatements() ? await this.requireSigned(asked, resolution) : undefined;
    // While the signature was checked, another answer may have come first.
    const refusal = this.question === asked ? this.refuse(resolution) : 'it was answered meanwhile';
    if (refusal) throw ApplicationFailure.nonRetryable(refusal, 'Refused');
    this.given = { ...resolution, ...(statement && { statement }) };
    return `${resolution.answer}: ${asked?.answers[resolution.answer] ?? ''}`;
  }

  private async requireSigned({ step, nonce }: StepQuestion, { answer, by, reason, signed }: Resolution) {
    const { app = '', environment = '', release = '' } = this.about ?? {};
    const detail = detailOfAnswer({ step, answer });
    return await requireSigned({ app, environment, release, decision: 'resolve', detail, by, reason, nonce }, signed);
  }
}
