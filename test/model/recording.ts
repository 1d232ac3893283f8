import type { Failure } from '../../src/model/failure';
import type { PhaseName, Step } from '../../src/model/plan';
import type { OperatorAnswer, OfferedAnswers } from '../../src/model/approval/question';
import type { Ports } from '../../src/plan/carry-out';
import { settled } from './turns';

interface Ended {
  call: string;
  result?: unknown;
  error?: unknown;
}

/**
 * What a history is to a workflow: how every call of the ports ended, in that order. After a crash the interpreter starts again,
 * is told the same ends in the same order, and must ask for the same; what was under way goes on.
 */
export class Recording implements Ports {
  private readonly open = new Map<string, (end: Ended) => void>();
  private calls = 0;
  private dead = false;

  constructor(
    private readonly ports: Ports,
    private readonly history: Ended[] = [],
    private readonly underWay = new Map<string, Promise<unknown>>(),
    private live = true,
  ) {}

  /** The one that goes on after a crash, which `replay` brings to where this one is. */
  crash(): Recording {
    this.dead = true;
    return new Recording(this.ports, this.history, this.underWay, false);
  }

  /** Returns what was asked for otherwise than before: must be nothing. */
  async replay(): Promise<string[]> {
    await settled();
    for (const end of this.history) {
      const go = this.open.get(end.call);
      if (!go) return [`${end.call} was not asked for again, but ${[...this.open.keys()].join(', ') || 'nothing'}`];
      this.open.delete(end.call);
      go(end);
      await settled();
    }
    const others = [...this.open.keys()].filter((call) => !this.underWay.has(call));
    const missing = [...this.underWay.keys()].filter((call) => !this.open.has(call));
    this.live = true;
    for (const [call, go] of this.open) {
      this.open.delete(call);
      this.follow(call, this.underWay.get(call) ?? Promise.resolve(), go);
    }
    return [...others.map((call) => `${call} is new`), ...missing.map((call) => `${call} is missing`)];
  }

  private record<T>(name: string, action: () => Promise<T>): Promise<T> {
    const call = `${(this.calls += 1)} ${name}`;
    const end = new Promise<Ended>((go) => {
      if (!this.live) this.open.set(call, go);
      else {
        const work = action();
        this.underWay.set(call, work);
        this.follow(call, work, go);
      }
    });
    return end.then(({ result, error }) => {
      if (error !== undefined) throw error;
      return result as T;
    });
  }

  private follow(call: string, work: Promise<unknown>, go: (end: Ended) => void): void {
    const end = (ended: Ended) => {
      if (this.dead) return;
      this.underWay.delete(call);
      this.history.push(ended);
      go(ended);
    };
    work.then(
      (result) => end({ call, result }),
      (error: unknown) => end({ call, error }),
    );
  }

  perform = (step: Step, id: string) => this.record(`perform ${id}`, () => this.ports.perform(step, id));
  undo = (step: Step, id: string) => this.record(`undo ${id}`, () => this.ports.undo(step, id));
  together = (actions: (() => Promise<void>)[]) => this.ports.together(actions);
  ask = (step: Step, id: string, failure: Failure, answers: OfferedAnswers): Promise<OperatorAnswer> =>
    this.record(`ask ${id} ${Object.keys(answers).join(' ')}`, () => this.ports.ask(step, id, failure, answers));
  safePoint = (phase: PhaseName) => this.record(`safe point ${phase}`, () => this.ports.safePoint(phase));
  commit = () => this.record('commit', () => this.ports.commit());
  tell = () => undefined;
}
