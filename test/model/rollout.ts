import type { RolloutRequest, RolloutResult } from '../../src/model/environment/environment';
import type { Failure } from '../../src/model/failure';
import type { PhaseName, Plan, Step } from '../../src/model/plan';
import {
  type OperatorAnswer,
  type OfferedAnswers,
  refuseResolution,
  type Resolution,
  type StepQuestion,
} from '../../src/model/approval/question';
import { carryOut, Stopped } from '../../src/plan/carry-out';
import { targetsOf } from '../../src/plan/exclude';
import type { Scope, SimulatedHosts } from './hosts';
import { type Chance, SimulatedPorts } from './ports';
import { Recording } from './recording';
import type { Turns } from './turns';

/** What a rollout says to the environment that started it, and what the test watches. */
export interface Parent {
  asks(request: string, question?: StepQuestion): void;
  excludes(request: string, host: string): void;
  commits(request: string, level: string[]): void;
  /** A step is about to be done. */
  sees(rollout: Rollout): void;
}

/** The rollout workflow over simulated hosts: it can be told to stop, held, asked, replayed and terminated. */
export class Rollout {
  question?: StepQuestion;
  given?: Resolution;
  stopped?: string;
  held = false;
  /** Answers after which nobody can say what stands. */
  readonly skipped: string[] = [];
  terminated = false;
  /** What was left to clean. */
  warnings: string[] = [];
  readonly ports: OrderedPorts;
  private recording: Recording;
  private end!: (result: RolloutResult | 'terminated') => void;
  readonly result = new Promise<RolloutResult | 'terminated'>((end) => (this.end = end));

  constructor(
    readonly request: RolloutRequest,
    readonly plan: Plan,
    readonly hash: string,
    readonly operators: string[],
    readonly turns: Turns,
    readonly parent: Parent,
    hosts: SimulatedHosts,
    scope: Scope,
    chance: Chance,
  ) {
    this.ports = new OrderedPorts(this, hosts, scope, plan, chance);
    this.recording = new Recording(this.ports);
    this.carryOut();
  }

  private carryOut(): void {
    const { recording } = this;
    void carryOut(this.plan, recording).then((outcome) => {
      if (recording !== this.recording) return;
      if (outcome.status === 'committed') this.warnings = outcome.warnings;
      this.end(outcome.status === 'committed' ? { ...outcome, plan: this.hash } : outcome);
    });
  }

  /** Its worker is gone; another one replays its history. Returns what is not as it was. */
  async crash(): Promise<string[]> {
    this.recording = this.recording.crash();
    this.carryOut();
    return await this.recording.replay();
  }

  terminate(): void {
    this.terminated = true;
    this.turns.end(this);
    this.end('terminated');
  }

  /** After it a host may be out of service: it said so beforehand, or somebody who skipped a step or left a host out knows. */
  get leavesOutage(): boolean {
    const recreates = this.terminated && this.plan.strategy === 'recreate';
    return recreates || this.skipped.length > 0 || this.ports.excluded.length > 0;
  }

  stop(reason: string): void {
    this.stopped ??= reason;
    this.ports.stop();
  }

  /** As the workflow's operator hears it. */
  resolve(resolution: Resolution): string | undefined {
    const refusal = this.given ? 'has already answered' : refuseResolution(this.question, resolution);
    if (refusal === undefined) this.given = resolution;
    return refusal;
  }
}

class OrderedPorts extends SimulatedPorts {
  constructor(
    private readonly rollout: Rollout,
    hosts: SimulatedHosts,
    scope: Scope,
    plan: Plan,
    chance: Chance,
  ) {
    super(hosts, scope, plan, chance);
  }

  stop(): void {
    this.stopped = true;
  }

  override async perform(step: Step, id: string): Promise<void> {
    this.rollout.parent.sees(this.rollout);
    await super.perform(step, id);
  }

  override async ask(step: Step, id: string, failure: Failure, answers: OfferedAnswers): Promise<OperatorAnswer> {
    const { rollout } = this;
    const { parent, request, turns } = rollout;
    rollout.question = { step: id, failure, answers, of: rollout.operators };
    parent.asks(request.id, rollout.question);
    const canGoBack = answers.rollback !== undefined;
    await turns.until(() => rollout.given !== undefined || (canGoBack && this.stopped), rollout);
    const { given } = rollout;
    rollout.given = undefined;
    rollout.question = undefined;
    parent.asks(request.id);
    if (!given) throw new Stopped('told to');
    if (given.answer === 'skip') rollout.skipped.push(id);
    if (given.answer === 'exclude-host') {
      this.excluded.push(step.operation.target);
      parent.excludes(request.id, step.operation.target);
    }
    return given.answer;
  }

  override async safePoint(_phase: PhaseName): Promise<void> {
    await this.rollout.turns.until(() => !this.rollout.held || this.stopped, this.rollout);
    if (this.stopped) throw new Stopped('told to');
  }

  override async commit(): Promise<void> {
    await super.commit();
    const level = targetsOf(this.plan).filter((host) => !this.excluded.includes(host));
    this.rollout.parent.commits(this.rollout.request.id, level);
    await this.turn();
  }

  protected override turn(): Promise<void> {
    return this.rollout.turns.next(this.rollout);
  }
}
