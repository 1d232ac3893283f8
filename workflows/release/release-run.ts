import { allHandlersFinished, CancellationScope, condition, isCancellation, setHandler } from '@temporalio/workflow';
import type { EnvironmentRecord } from '../../src/manifest/record/record';
import {
  type ExcludedHost,
  latestNews,
  type RolloutNews,
  type RolloutResult,
} from '../../src/model/environment/environment';
import type { About, Happening } from '../../src/model/ledger/event';
import type { Failure } from '../../src/model/failure';
import type { ReleaseProgress, StageProgress } from '../../src/model/environment/progress';
import type { RecordRef, RegistryAccess, ReleaseRequest, ReleaseStatus } from '../../src/model/release';
import type { ApprovalPolicy } from '../../src/model/approval/decision';
import { findEnvironment } from '../../src/model/environment/find';
import { refuseOperator } from '../../src/model/approval/operators';
import type { DecisionNote } from '../../src/model/messages';
import type { StepQuestion } from '../../src/model/approval/question';
import type { SignedStatement } from '../../src/model/approval/statement';
import { describeAsked } from '../shared/describe-question';
import { describeRelease } from './describe';
import { Ended } from './ended';
import { type ApprovalDesk, Gate } from './gate';
import { onSignal, onUpdate } from '../shared/hear';
import { announce } from '../shared/announce';
import { cancelRelease, releaseProgress, rolloutNews } from '../messages';
import { type Given, Operator } from '../shared/operator';
import { checksStatements, losesNothing } from '../shared/patches';
import { toFailure } from '../shared/activities';
import { showState, showSubject } from '../shared/show';
import { requireSigned } from '../shared/signed';

/** The state of a release, and its messages. Its stages report to it. */
export class ReleaseRun implements ApprovalDesk {
  readonly gate = new Gate(this);
  readonly startedAt = new Date().toISOString();
  /** Unknown until the source was read; before that, nothing can go to the ledger. */
  registry?: RegistryAccess;
  /** The head of the ledger that it knows of. */
  ledger?: string;
  environments: EnvironmentRecord[] = [];
  /** What the starter has signed. */
  started?: SignedStatement;
  /** The gates of environments that handed the release back. */
  readonly gates = new Map<string, ApprovalPolicy[] | undefined>();
  private readonly progress: ReleaseProgress;
  private readonly scope = new CancellationScope({ cancellable: true });
  /** The last news of each request. */
  private readonly news = new Map<string, RolloutNews>();
  private cancelled?: DecisionNote & { statement?: SignedStatement };
  private readonly operator = new Operator();
  /** By environment, the hosts excluded before its rollout started. */
  private readonly excluded: Record<string, ExcludedHost[]> = {};
  private readonly announcing: Promise<void>[] = [];

  constructor(readonly request: ReleaseRequest) {
    const { app, release, startedBy } = request;
    this.progress = { app, release, startedBy, status: 'running', stages: [], warnings: [] };
    showSubject({ app, release });
    setHandler(releaseProgress, () => this.report());
    onSignal(rolloutNews, (news) => this.hear(news));
    onUpdate(
      cancelRelease,
      ({ by }) => this.refuseCancel(by),
      (who) => this.cancel(who),
    );
  }

  /** Runs the stages. However they end, the release gets a status, a reason and a ledger entry. */
  async guard(stages: () => Promise<void>): Promise<ReleaseStatus> {
    void CancellationScope.current().cancelRequested.catch(() => this.scope.cancel());
    return await CancellationScope.nonCancellable(async () => {
      this.show('running');
      try {
        await this.scope.run(stages);
        this.progress.status = 'done';
      } catch (error) {
        const { status, failure } = this.explain(error);
        this.progress.status = status;
        this.progress.failure = failure;
      }
      const { status, failure } = this.progress;
      this.progress.waitingFor = undefined;
      this.show(status);
      const signed = status === 'cancelled' ? this.cancelled?.statement : undefined;
      await this.announce({ by: 'windlass', ...(signed && { signed }), kind: 'release-ended', status, failure });
      await Promise.allSettled(this.announcing);
      await condition(allHandlersFinished);
      return status as ReleaseStatus;
    });
  }

  /** Runs a stage and records its progress. */
  async stage<T>(
    name: string,
    environment: string | undefined,
    work: (stage: StageProgress) => Promise<T>,
  ): Promise<T> {
    const stage: StageProgress = { name, environment, state: 'running', startedAt: Date.now(), steps: [] };
    this.progress.stages.push(stage);
    this.show(name.split(' ')[0] ?? name);
    try {
      const result = await work(stage);
      if (stage.state === 'running') stage.state = 'done';
      return result;
    } catch (error) {
      const { status, failure } = this.explain(error);
      stage.state = status;
      stage.failure = failure;
      throw error;
    } finally {
      stage.endedAt = Date.now();
    }
  }

  /** Runs a step that is not a rollout's, and shows it to followers. */
  async step<T>(
    stage: StageProgress,
    name: string,
    work: () => Promise<T>,
    detail?: (result: T) => string,
  ): Promise<T> {
    const step: StageProgress['steps'][number] = { name, progress: { state: 'running', startedAt: Date.now() } };
    stage.steps.push(step);
    try {
      const result = await work();
      step.progress = { ...step.progress, state: 'done', endedAt: Date.now() };
      step.detail = detail?.(result);
      return result;
    } catch (error) {
      step.progress = { ...step.progress, state: 'failed', endedAt: Date.now(), failure: toFailure(error) };
      throw error;
    }
  }

  report(): ReleaseProgress {
    return this.progress;
  }

  warn(warnings: string[]): void {
    this.progress.warnings.push(...warnings);
  }

  /** From here on the release has a record. */
  recorded(record: RecordRef): void {
    this.progress.record = record;
  }

  whyCancelled(): string {
    return this.cancelled
      ? `${this.cancelled.by} cancelled the release: ${this.cancelled.reason}`
      : 'the release was cancelled in Temporal';
  }

  /** Publishes what the release waits for, to its query and in Temporal's UI. */
  wait(waitingFor: ReleaseProgress['waitingFor'], state: string, details?: string): void {
    this.progress.waitingFor = waitingFor;
    this.show(state, details);
  }

  /** Asks an operator before there is a rollout that could ask. */
  async askOperator(environment: string, asked: StepQuestion): Promise<Given> {
    const { app, release } = this.request;
    const question = this.operator.ask(asked, { app, environment, release });
    this.wait(
      { kind: 'operator', environment, question, own: true },
      'asking',
      describeAsked(question, `windlass resolve ${release}`, app),
    );
    void this.announce({ environment, kind: 'operator-wanted', question });
    try {
      const given = (await this.operator.answer())!;
      const { answer, by, reason, statement } = given;
      const resolved = { kind: 'resolved', step: question.step, answer, reason } as const;
      const who = { by, ...(statement && { signed: statement }) };
      await this.announce({ environment, ...who, ...resolved });
      return given;
    } finally {
      this.operator.clear();
      this.wait(undefined, 'running');
    }
  }

  /** The environment learns of it too, once its rollout begins. */
  leaveOut(environment: string, excluded: ExcludedHost): void {
    this.excluded[environment] = [...this.leftOut(environment), excluded];
  }

  leftOut(environment: string): ExcludedHost[] {
    return this.excluded[environment] ?? [];
  }

  /** The environment's answer to a request; `seen` receives all news on the way. */
  async outcome(request: string, seen: (news: RolloutNews) => void): Promise<RolloutResult> {
    for (;;) {
      await condition(() => this.news.has(request));
      const news = this.news.get(request)!;
      this.news.delete(request);
      if (news.state === 'ended') return news.result;
      seen(news);
    }
  }

  /** Announces an event of the release; of another person or in an environment where given. */
  async announce(happening: Happening & Partial<Pick<About, 'by' | 'environment' | 'signed'>>): Promise<void> {
    const { app, release, startedBy } = this.request;
    this.ledger = (await announce({ app, release, by: startedBy, ...happening }, this.registry)) ?? this.ledger;
  }

  /** Announces an event while the stages continue; `announced` waits for it and rethrows its failure. */
  announceInPassing(happening: Happening): void {
    const announcing = CancellationScope.nonCancellable(() => this.announce(happening));
    announcing.catch(() => undefined);
    this.announcing.push(announcing);
  }

  async announced(): Promise<void> {
    await Promise.all(this.announcing);
  }

  private hear(news: RolloutNews): void {
    const known = this.news.get(news.request);
    const latest = latestNews(known, news);
    this.news.set(news.request, latest === known && !losesNothing() ? news : latest);
  }

  private async cancel({ by, reason, signed }: DecisionNote): Promise<string> {
    const { app, release } = this.request;
    const said = { app, release, decision: 'cancel', by, reason } as const;
    const statement = checksStatements() ? await requireSigned(said, signed) : undefined;
    this.cancelled ??= { by, reason, ...(statement && { statement }) };
    this.scope.cancel();
    this.gate.giveUp();
    return `release ${this.request.release} is being cancelled; its uncommitted changes are being undone`;
  }

  /** During a rollout only the environment's operators, if listed, may cancel. */
  private refuseCancel(by: string): string | undefined {
    const at = this.progress.stages.at(-1)?.environment;
    const environment = findEnvironment(this, at ?? '');
    const refusal = refuseOperator(by, environment?.operators, `of ${at}`);
    if (refusal !== undefined) return refusal;
    const { release, status } = this.progress;
    return status === 'running' ? undefined : `release ${release} has already ended (${status})`;
  }

  private explain(error: unknown): { status: Exclude<ReleaseStatus, 'done'>; failure: Failure } {
    if (error instanceof Ended) return { status: error.status, failure: error.failure };
    if (!isCancellation(error)) return { status: 'failed', failure: toFailure(error) };
    const { by, reason } = this.cancelled ?? { by: 'Temporal', reason: 'no reason given' };
    return { status: 'cancelled', failure: { kind: 'cancelled', message: `cancelled by ${by}: ${reason}` } };
  }

  private show(state: string, details?: string): void {
    showState(state, describeRelease(this.request, this.progress, details));
  }
}
