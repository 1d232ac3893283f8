import { type Operation, type PhaseName, type Plan, type Step } from '../../src/model/plan';
import type { Failure } from '../../src/model/failure';
import type { OperatorAnswer, OfferedAnswers } from '../../src/model/approval/question';
import { targetsOf } from '../../src/plan/exclude';
import { type Ports, StepFailed, Stopped } from '../../src/plan/carry-out';
import { EngineRefuses, type Scope, type SimulatedHosts } from './hosts';

/** Everything that is left to chance, one number after the other; when there are no more, nothing unusual happens. */
export class Chance {
  private index = 0;
  constructor(private readonly numbers: number[]) {}
  next(): number {
    return this.numbers[this.index++] ?? 0;
  }
}

/** What may happen to a action. Most of the sixteen numbers are an ordinary success. */
const FATES = {
  10: 'fails before it did anything',
  11: 'fails after it was done',
  12: 'is done twice, for its worker was killed',
  13: 'is told to stop meanwhile',
  14: 'is torn off: its rollout is terminated',
  15: 'is frozen meanwhile',
} as const;

/** More turns than any rollout of the model can need. */
const LONGEST = 1_000;

/** The rollout was terminated: nothing of it goes on, and nothing is undone. */
export class Terminated extends Error {}

/** Simulated ports over simulated hosts: faults, orders of completion and messages by chance. */
export class SimulatedPorts implements Ports {
  committed = false;
  /** Everything that was asked for, in its order: what a replay must ask for again. */
  readonly asked: string[] = [];
  /** Invariants that did not hold at some moment. */
  readonly broken: string[] = [];
  readonly performed: Step[] = [];
  /** Hosts that were left out on the way. */
  readonly excluded: string[] = [];
  /** What was under way when the rollout was terminated; its activities may still act, with their old counter. */
  readonly tornOff: Operation[] = [];
  protected stopped = false;
  /** The last that an engine refused. */
  private why = '';
  private frozen = false;
  private terminated = false;
  private failing = false;
  private turns: (() => void)[] = [];

  constructor(
    private readonly hosts: SimulatedHosts,
    private readonly scope: Scope,
    protected readonly plan: Plan,
    private readonly chance: Chance,
  ) {}

  async perform(step: Step, id: string): Promise<void> {
    this.asked.push(`perform ${id}`);
    this.performed.push(step);
    await this.turn();
    const fate = FATES[this.chance.next() as keyof typeof FATES];
    // Another of its batch has failed, or it was told to stop: it may have happened all the same.
    if (this.failing || this.stopped) {
      if (fate) this.do(step.operation);
      throw new Stopped('told to');
    }
    await this.meet(fate, step.operation);
  }

  async undo(step: Step, id: string): Promise<void> {
    if (!step.undo) return;
    this.asked.push(`undo ${id}`);
    await this.turn();
    const fate = FATES[this.chance.next() as keyof typeof FATES];
    if (fate === FATES[13] || fate === FATES[15]) this.do(step.undo);
    else await this.meet(fate, step.undo);
  }

  private async meet(fate: (typeof FATES)[keyof typeof FATES] | undefined, operation: Operation): Promise<void> {
    if (fate === FATES[10]) throw failed(`${operation.name} failed`);
    if (fate === FATES[13]) this.stopped = true;
    if (fate === FATES[15]) this.frozen = true;
    if (fate === FATES[14]) {
      this.terminated = true;
      this.tornOff.push(operation);
      throw new Terminated();
    }
    this.do(operation);
    if (fate === FATES[12]) this.do(operation);
    if (fate === FATES[11]) throw failed(`${operation.name} failed after it was done`);
  }

  protected do(operation: Operation): void {
    try {
      this.hosts.apply(this.scope, operation);
    } catch (error) {
      if (error instanceof EngineRefuses) {
        this.why = error.message;
        throw failed(error.message);
      }
      this.broken.push(String(error));
      throw error;
    }
    if (this.plan.strategy !== 'recreate') {
      const hosts = targetsOf(this.plan).filter((host) => !this.excluded.includes(host));
      this.broken.push(...this.hosts.broken(this.scope, hosts), ...this.hosts.doubled(hosts));
    }
  }

  async together(actions: (() => Promise<void>)[]): Promise<void> {
    this.failing = false;
    const cancelOthers = (error: unknown) => {
      this.failing = true;
      throw error;
    };
    const results = await Promise.allSettled(actions.map((action) => action().catch(cancelOthers)));
    const reasons = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
    if (reasons.length > 0) throw reasons.find((reason) => !(reason instanceof Stopped)) ?? reasons[0];
  }

  async ask(step: Step, id: string, _failure: Failure, answers: OfferedAnswers): Promise<OperatorAnswer> {
    this.asked.push(`ask ${id}: ${Object.keys(answers).join(' ')}`);
    await this.turn();
    const offered = (Object.keys(answers) as OperatorAnswer[]).filter((answer) => answer !== 'skip');
    const answer = offered[this.chance.next() % offered.length] as OperatorAnswer;
    this.asked.push(answer);
    if (answer === 'exclude-host') this.excluded.push(step.operation.target);
    return answer;
  }

  async safePoint(phase: PhaseName): Promise<void> {
    this.asked.push(`safe point before ${phase}`);
    await this.turn();
    if (this.frozen) this.asked.push('waits for a thaw');
    this.frozen = false;
    if (this.stopped) throw new Stopped('told to');
  }

  async commit(): Promise<void> {
    this.asked.push('commit');
    if (this.committed) this.broken.push('committed twice');
    if (this.stopped) this.broken.push('committed although it was told to stop before');
    this.committed = true;
  }

  tell(): void {
    // what is told changes nothing
  }

  /** Of all that is under way, chance says what ends next; resolves when the rollout has ended or was terminated. */
  async drive<T>(work: Promise<T>): Promise<T | 'terminated'> {
    let ended = false;
    const end = () => void (ended = true);
    work.then(end, end);
    for (let turn = 0; ; turn += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      if (this.terminated) return 'terminated';
      if (ended) return await work;
      if (turn > LONGEST) throw new Error(`the rollout does not end: ${this.asked.slice(-5).join('; ')}: ${this.why}`);
      const [next] = this.turns.splice(this.chance.next() % Math.max(1, this.turns.length), 1);
      next?.();
    }
  }

  protected turn(): Promise<void> {
    return new Promise((resolve) => this.turns.push(resolve));
  }
}

const failed = (message: string) => new StepFailed({ kind: 'test', message });
