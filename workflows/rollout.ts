import {
  CancellationScope,
  condition,
  getExternalWorkflowHandle,
  isCancellation,
  setHandler,
  workflowInfo,
  allHandlersFinished,
} from '@temporalio/workflow';
import type { Planned, Unreached } from '../activities/types';
import type { RolloutRequest, RolloutResult } from '../src/model/environment';
import { describeFailure, type Failure } from '../src/model/failure';
import {
  describeOperation,
  type Operation,
  type Outcome,
  type PhaseName,
  type Step,
  type StepProgress,
} from '../src/model/plan';
import type { LedgerEntry, LedgerKind } from '../src/model/ledger';
import { type Answer, type Answers, lookAt, type Resolution, type StepQuestion } from '../src/model/question';
import type { RolloutProgress } from '../src/model/progress';
import type { RecordRef } from '../src/model/release';
import type { SecretHashes } from '../src/model/secret';
import { comparePlans } from '../src/plan/compare';
import { answersAbout, hostsOf } from '../src/plan/exclude';
import { carryOut, type Ports, StepFailed, Stopped } from '../src/plan/carryOut';
import { describePhaseOf, describeQuestion, describeRollout, describeUndone } from './describe/rollout';
import { now, record } from './ledger';
import { holdRollout, hostExcluded, rolloutAsks, rolloutCommitted, rolloutProgress, stopRollout } from './messages';
import { Hands } from './many-hosts';
import { Operator } from './operator';
import { givesUpPlanning, waitsForLess } from './patches';
import { unpacked } from './plan';
import { long, toFailure } from './proxies';
import { list, plain, quote, showState, showSubject } from './show';
import { together } from './together';

export interface RolloutInput {
  app: string;
  environment: string;
  request: RolloutRequest;
  /** What the environment is recorded to be on. */
  current?: RecordRef;
  /** What the environment may go back to. */
  keep: RecordRef[];
  /** By release: the hashes of the secrets that it ran with. */
  ran: Record<string, SecretHashes>;
  counter: number;
  /** Hosts that operators left out earlier. */
  excluded?: string[];
}

/** Takes one environment to a release, or back. Nobody but the environment starts it. */
export async function rollout(input: RolloutInput): Promise<RolloutResult> {
  const run = new Rollout(input);
  // Cancelling is a request to stop and go back, and going back is never cancelled.
  void CancellationScope.current().cancelRequested.catch(() => run.stop('it was cancelled in Temporal'));
  return await CancellationScope.nonCancellable(() => run.execute());
}

/** The state of a rollout, and what can be said to it. */
class Rollout implements Ports {
  private readonly progress: RolloutProgress;
  private counter: number;
  private secrets: SecretHashes = {};
  private stopped?: string;
  /** The first thing that went wrong: why everything is taken back. */
  private trouble?: Failure;
  private held?: string;
  private readonly operator = new Operator();
  /** Hosts that were left out on the way. */
  private readonly excluded = new Set<string>();
  private operators: { now: string[]; next: string[] } = { now: [], next: [] };
  /** The batch that is running: stopping cancels it. */
  private batch?: CancellationScope;
  /** What looks at the hosts before there is a batch: stopping cancels it, too. */
  private planning?: CancellationScope;
  private readonly records: Record<string, RecordRef>;
  private readonly hands = new Hands();
  private recorded?: Promise<void>;

  constructor(private readonly input: RolloutInput) {
    const { app, environment, request, current } = input;
    this.counter = input.counter;
    const refs = [request.record, current, request.left].filter((ref) => ref !== undefined);
    this.records = Object.fromEntries(refs.map((ref) => [ref.release, ref]));
    this.progress = { app, environment, release: request.record?.release, steps: {} };
    showSubject({ app, environment, release: request.record?.release });
    setHandler(rolloutProgress, () => ({ ...this.progress, held: this.stopped ?? this.held }));
    setHandler(stopRollout, ({ reason }) => this.stop(reason));
    setHandler(holdRollout, ({ held, why }) => void (this.held = held ? why : undefined));
  }

  async execute(): Promise<RolloutResult> {
    const { environment, request } = this.input;
    const target = request.record?.release ?? 'nothing';
    showState(
      'planning',
      describeRollout(this.progress, 'planning', `Looks at the hosts and plans the way to ${target}.`),
    );
    try {
      const planned = await this.plan(`plan ${environment}: to ${target}`);
      if ('unreached' in planned) return await this.endUnplanned(planned.unreached);
      if ('refused' in planned) return this.refused(planned.refused);
      this.progress.plan = planned.plan;
      this.progress.planHash = planned.hash;
      // One that was left out while others were looked at, and is back, takes part.
      for (const host of hostsOf(planned.plan)) this.excluded.delete(host);
      this.secrets = planned.secrets;
      this.operators = { now: planned.operators, next: planned.next };
      // An environment whose workflow was lost counts from one again, the proxies do not.
      this.counter = Math.max(this.counter, planned.counter + 1);
      if (request.approved && request.approved.hash !== planned.hash) {
        const differences = comparePlans(request.approved, planned.plan);
        const why = `The approved plan ${request.approved.hash} is not what would be done now, so it is asked for anew:`;
        showState('replanned', describeRollout(this.progress, 'planned anew', why, list(differences.map(plain))));
        return { status: 'replan', plan: planned.hash, differences };
      }
      const outcome = await carryOut(planned.plan, this);
      if (outcome.status === 'committed') this.showCommitted(target, outcome.warnings);
      else await this.tellUndone(outcome);
      await this.recorded;
      await condition(allHandlersFinished);
      return outcome.status === 'committed' ? { ...outcome, plan: planned.hash } : outcome;
    } catch (error) {
      if (error instanceof Stopped) return await this.endUnplanned(toFailure(error));
      return this.refused(toFailure(error));
    }
  }

  /** A host that does not answer is asked about, for only people know whether it will be back; what is left then ends it. */
  private async plan(summary: string): Promise<Planned | Unreached> {
    const { app, environment, request, current, keep, ran } = this.input;
    const { kind, record, left, startComposed } = request;
    const wanted = { kind, record, left, startComposed };
    for (;;) {
      const excluded = [...new Set([...(this.input.excluded ?? []), ...this.excluded])];
      const input = { app, environment, ...wanted, current, keep, ran, excluded, asks: true };
      const planned = await this.look(() => long.planRollout.executeWithOptions({ summary }, [input]));
      if (!('unreached' in planned)) return unpacked(planned);
      const { unreached, host, canDoWithout, operators } = planned;
      this.operators = { now: operators, next: operators };
      const answers = answersAbout(host, canDoWithout);
      if (this.stopped !== undefined || (await this.question(lookAt(host), host, unreached, answers)) === 'rollback')
        return planned;
    }
  }

  /** Planning changes nothing, so it is given up when the rollout is stopped. */
  private async look<T>(plan: () => Promise<T>): Promise<T> {
    if (this.stopped && givesUpPlanning()) throw new Stopped(this.stopped);
    try {
      return await CancellationScope.cancellable(() => {
        this.planning = CancellationScope.current();
        return plan();
      });
    } catch (error) {
      throw this.stopped && isCancellation(error) ? new Stopped(this.stopped) : error;
    } finally {
      this.planning = undefined;
    }
  }

  /** Nothing was done, so nothing is undone. */
  private async endUnplanned(failure: Failure): Promise<RolloutResult> {
    const cancelled = this.stopped !== undefined;
    const why = cancelled ? { kind: 'stopped', message: this.stopped! } : failure;
    const outcome = { status: 'undone' as const, cancelled, failure: why, undone: [] };
    await this.tellUndone(outcome);
    await condition(allHandlersFinished);
    return outcome;
  }

  private showCommitted(target: string, warnings: string[]): void {
    const left = warnings.map((warning) => `⚠ ${plain(warning)}`);
    showState('committed', describeRollout(this.progress, `on ${target}`, 'Committed.', ...left));
  }

  private async tellUndone({ failure, undone }: Extract<Outcome, { status: 'undone' }>): Promise<void> {
    const back = this.input.current?.release ?? 'nothing';
    await this.record('rollout-ended', `back on ${back}: ${describeFailure(failure)}`, { undone });
    showState('undone', describeUndone(this.progress, failure, true));
  }

  private refused(failure: Failure): RolloutResult {
    showState('refused', describeRollout(this.progress, 'refused', quote(describeFailure(failure))));
    return { status: 'refused', failure };
  }

  stop(reason: string): void {
    if (this.stopped) return;
    this.stopped = reason;
    this.batch?.cancel();
    if (this.planning && givesUpPlanning()) this.planning.cancel();
  }

  // ---- what the interpreter asks for

  async perform(step: Step, id: string): Promise<void> {
    this.mark(id, { state: 'running', startedAt: Date.now() });
    try {
      await this.run(step.operation);
      this.mark(id, { state: 'done', endedAt: Date.now() });
    } catch (error) {
      if (isCancellation(error)) {
        this.mark(id, { state: 'failed', endedAt: Date.now() });
        throw this.stopped ? new Stopped(this.stopped) : error;
      }
      const failure = toFailure(error);
      this.mark(id, { state: 'failed', endedAt: Date.now(), failure });
      this.trouble ??= failure;
      throw new StepFailed(failure);
    }
  }

  async undo(step: Step, id: string): Promise<void> {
    if (!step.undo) return;
    this.mark(id, { state: 'undoing', startedAt: Date.now(), endedAt: undefined });
    const trouble = this.trouble ?? { kind: 'stopped', message: this.stopped ?? 'it was told to stop' };
    showState('undoing', describeUndone(this.progress, trouble, false));
    try {
      await this.run(step.undo, 'undo: ');
    } catch (error) {
      throw new StepFailed(toFailure(error));
    }
  }

  async together(deeds: (() => Promise<void>)[]): Promise<void> {
    try {
      await together(deeds, (scope) => {
        this.batch = scope;
        if (this.stopped) scope.cancel();
      });
    } finally {
      this.batch = undefined;
    }
  }

  ask(step: Step, id: string, failure: Failure, answers: Answers): Promise<Answer> {
    return this.question(id, step.operation.host, failure, answers);
  }

  private async question(id: string, host: string, failure: Failure, answers: Answers): Promise<Answer> {
    const { request } = this.input;
    const question = { step: id, failure, answers, of: this.operators.now };
    this.progress.question = question;
    this.operator.put(question);
    showState('asking', describeQuestion(this.progress, request, question, this.trouble));
    await this.tellEnvironment(rolloutAsks, { request: request.id, question });
    try {
      const { answer, by, reason } = await this.answered(question);
      showState(
        'running',
        describeRollout(this.progress, 'going on', `${plain(by)} answered **${answer}**: ${plain(reason)}`),
      );
      if (answer === 'exclude-host') await this.exclude(host, by, reason);
      await this.record('resolved', `${answer}: ${id}`, { by, reason });
      return answer;
    } finally {
      this.operator.withdraw();
      this.progress.question = undefined;
      await this.tellEnvironment(rolloutAsks, { request: request.id });
    }
  }

  /** Whoever tells the rollout to stop has answered too, where going back is one of the answers. */
  private async answered({ answers }: StepQuestion): Promise<Resolution> {
    const canGoBack = answers.rollback !== undefined;
    const given = await this.operator.answer(() => canGoBack && this.stopped !== undefined);
    if (given) return given;
    throw new Stopped(this.stopped);
  }

  private async exclude(host: string, by: string, reason: string): Promise<void> {
    this.excluded.add(host);
    await this.tellEnvironment(hostExcluded, {
      request: this.input.request.id,
      excluded: { host, by, reason, at: now() },
    });
  }

  async safePoint(phase: PhaseName): Promise<void> {
    if (this.held)
      showState(
        'frozen',
        describeRollout(
          this.progress,
          `frozen before ${phase}`,
          `Frozen by ${plain(this.held)}. Nothing goes on until it is thawed.`,
        ),
      );
    await condition(() => this.held === undefined || this.stopped !== undefined);
    if (this.stopped) throw new Stopped(this.stopped);
    const { title, meaning } = describePhaseOf(this.progress, phase, Date.now());
    showState(PHASES[phase], describeRollout(this.progress, title, meaning));
  }

  async commit(): Promise<void> {
    const { secrets, progress } = this;
    const { request, current } = this.input;
    const level = progress.plan ? hostsOf(progress.plan).filter((host) => !this.excluded.has(host)) : [];
    const committed = { request: request.id, at: now(), level, operators: this.operators.next, secrets };
    await this.tellEnvironment(rolloutCommitted, committed);
    const way = `on ${progress.release ?? 'nothing'}, was on ${current?.release ?? 'nothing'}`;
    // Nobody has approved the plan of a rollback: what it warns of is kept here.
    const warnings = request.kind === 'rollback' ? (progress.plan?.warnings ?? []) : [];
    const recorded = this.record('rollout-ended', [way, ...warnings].join('; '), { secrets });
    // The environment knows it: the old instances need not wait for the ledger.
    recorded.catch(() => undefined);
    if (waitsForLess()) this.recorded = recorded;
    else await recorded;
    const { title, meaning } = describePhaseOf(this.progress, 'retire', Date.now());
    showState('retiring', describeRollout(this.progress, title, meaning));
  }

  tell(id: string, state: 'undone' | 'skipped'): void {
    this.mark(id, { state, endedAt: Date.now() });
  }

  // ---- how it is done

  private async run(operation: Operation, prefix = ''): Promise<void> {
    const { app, environment } = this.input;
    const scope = { app, environment, counter: this.counter, records: this.records };
    await this.hands.do(operation, prefix + describeOperation(operation), scope);
  }

  private async record(kind: LedgerKind, what: string, more: Partial<LedgerEntry> = {}): Promise<void> {
    const { app, environment, request, current } = this.input;
    const registry = request.record?.registry ?? current?.registry;
    const entry = { kind, app, environment, release: request.record?.release, by: request.by, what };
    if (registry) await record(registry, { ...entry, plan: this.progress.planHash, ...more });
  }

  private mark(id: string, progress: StepProgress): void {
    this.progress.steps[id] = { ...this.progress.steps[id], ...progress };
  }

  private async tellEnvironment<Args extends [unknown]>(signal: { name: string }, ...args: Args): Promise<void> {
    const { parent } = workflowInfo();
    if (!parent) return;
    // An environment that was terminated cannot listen; what runs is still carried to its end.
    await CancellationScope.nonCancellable(() =>
      getExternalWorkflowHandle(parent.workflowId)
        .signal(signal.name, ...args)
        .catch(() => undefined),
    );
  }
}

const PHASES: Record<PhaseName, string> = {
  prepare: 'preparing',
  switch: 'switching',
  soak: 'soaking',
  commit: 'committing',
  retire: 'retiring',
};
