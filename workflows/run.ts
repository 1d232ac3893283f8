import {
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  condition,
  isCancellation,
  setHandler,
} from '@temporalio/workflow';
import type { EnvironmentRecord } from '../activities/types';
import { type ExcludedHost, latestNews, type RolloutNews, type RolloutResult } from '../src/model/environment';
import { describeFailure, type Failure } from '../src/model/failure';
import type { LedgerEntry } from '../src/model/ledger';
import type { ReleaseProgress, StageProgress } from '../src/model/progress';
import type { RecordRef, RegistryAccess, ReleaseRequest, ReleaseStatus } from '../src/model/release';
import type { Resolution, StepQuestion } from '../src/model/question';
import { describeAsked } from './describe/asked';
import { describeRelease } from './describe/release';
import { Ended } from './ended';
import { Gate } from './gate';
import { record } from './ledger';
import { cancelRelease, releaseProgress, rolloutNews } from './messages';
import { Operator } from './operator';
import { losesNothing } from './patches';
import { toFailure } from './proxies';
import { showState, showSubject } from './show';

/** What a release knows of itself, and what can be said to it; its stages tell it how they stand. */
export class Run {
  readonly gate = new Gate(this);
  readonly startedAt = new Date().toISOString();
  /** Known after the source was read; until then nothing can be written to the ledger. */
  registry?: RegistryAccess;
  environments: EnvironmentRecord[] = [];
  private readonly progress: ReleaseProgress;
  private readonly scope = new CancellationScope({ cancellable: true });
  private readonly news: Record<string, RolloutNews> = {};
  private cancelled?: { by: string; reason: string };
  private readonly operator = new Operator();
  /** By environment: hosts that were left out before there was a rollout. */
  private readonly excluded: Record<string, ExcludedHost[]> = {};
  private readonly writing: Promise<void>[] = [];

  constructor(readonly request: ReleaseRequest) {
    const { app, release, startedBy } = request;
    this.progress = { app, release, startedBy, status: 'running', stages: [], warnings: [] };
    showSubject({ app, release });
    setHandler(releaseProgress, () => this.report());
    setHandler(rolloutNews, (news) => this.hear(news));
    setHandler(cancelRelease, (who) => this.cancel(who), {
      validator: ({ by }) => {
        this.refuseStrangers(by);
        if (this.progress.status !== 'running')
          throw ApplicationFailure.nonRetryable(
            `release ${release} has ended already (${this.progress.status})`,
            'Refused',
          );
      },
    });
  }

  /** Runs the stages; whatever happens, the release ends with a status, a reason, and an entry in the ledger. */
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
      await this.write({
        kind: 'release-ended',
        by: 'windlass',
        what: failure ? `${status}: ${describeFailure(failure)}` : status,
      });
      await Promise.allSettled(this.writing);
      await condition(allHandlersFinished);
      return status as ReleaseStatus;
    });
  }

  /** Begins a stage, runs it, and notes how it ended. */
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

  /** A step of a stage that is not a rollout's, for whoever watches. */
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

  /** From here on there is a record to go by. */
  recorded(record: RecordRef): void {
    this.progress.record = record;
  }

  whyCancelled(): string {
    return this.cancelled
      ? `${this.cancelled.by} cancelled the release: ${this.cancelled.reason}`
      : 'the release was cancelled in Temporal';
  }

  /** Says what the release waits for, to the query and in Temporal's UI. */
  wait(waitingFor: ReleaseProgress['waitingFor'], state: string, details?: string): void {
    this.progress.waitingFor = waitingFor;
    this.show(state, details);
  }

  /** What cannot be known without a person, before there is a rollout that could ask. */
  async askOperator(environment: string, question: StepQuestion): Promise<Resolution> {
    const { app, release } = this.request;
    this.operator.put(question);
    this.wait(
      { kind: 'operator', environment, question, own: true },
      'asking',
      describeAsked(question, `windlass resolve ${release}`, app),
    );
    try {
      const given = (await this.operator.answer())!;
      const { answer, by, reason } = given;
      await this.write({ kind: 'resolved', environment, by, reason, what: `${answer}: ${question.step}` });
      return given;
    } finally {
      this.operator.withdraw();
      this.wait(undefined, 'running');
    }
  }

  /** Remembered by the environment, too, once its rollout begins. */
  leaveOut(environment: string, excluded: ExcludedHost): void {
    this.excluded[environment] = [...this.leftOut(environment), excluded];
  }

  leftOut(environment: string): ExcludedHost[] {
    return this.excluded[environment] ?? [];
  }

  /** What the environment answers to a request; `seen` is told of everything on the way. */
  async outcome(request: string, seen: (news: RolloutNews) => void): Promise<RolloutResult> {
    for (;;) {
      await condition(() => this.news[request] !== undefined);
      const news = this.news[request] as RolloutNews;
      delete this.news[request];
      if (news.state === 'ended') return news.result;
      seen(news);
    }
  }

  /** As `write`, but work goes on meanwhile; `written` waits for it, and throws what it threw. */
  writeInPassing(entry: Parameters<Run['write']>[0]): void {
    const writing = CancellationScope.nonCancellable(() => this.write(entry));
    writing.catch(() => undefined);
    this.writing.push(writing);
  }

  async written(): Promise<void> {
    await Promise.all(this.writing);
  }

  async write(entry: Pick<LedgerEntry, 'kind' | 'by' | 'what'> & Partial<LedgerEntry>): Promise<void> {
    const { app, release } = this.request;
    if (this.registry) await record(this.registry, { app, release, ...entry });
  }

  private hear(news: RolloutNews): void {
    const known = this.news[news.request];
    const latest = latestNews(known, news);
    this.news[news.request] = latest === known && !losesNothing() ? news : latest;
  }

  private async cancel(who: { by: string; reason: string }): Promise<string> {
    this.cancelled ??= who;
    this.scope.cancel();
    this.gate.giveUp();
    return `release ${this.request.release} is being cancelled; what it did in an environment that was not committed is undone`;
  }

  /** Where it is at work, the operators of the environment may stop it, if any are listed. */
  private refuseStrangers(by: string): void {
    const at = this.progress.stages.at(-1)?.environment;
    const { operators = [], name } = this.environments.find((one) => one.name === at) ?? {};
    if (operators.length > 0 && !operators.includes(by))
      throw ApplicationFailure.nonRetryable(
        `${by} is not among the operators of ${name}: ${operators.join(', ')}. Ask one of them`,
        'Refused',
      );
  }

  private explain(error: unknown): { status: Exclude<ReleaseStatus, 'done'>; failure: Failure } {
    if (error instanceof Ended) return { status: error.status, failure: error.failure };
    if (!isCancellation(error)) return { status: 'failed', failure: toFailure(error) };
    const { by, reason } = this.cancelled ?? { by: 'somebody in Temporal', reason: 'no reason was given' };
    return { status: 'cancelled', failure: { kind: 'cancelled', message: `cancelled by ${by}: ${reason}` } };
  }

  private show(state: string, details?: string): void {
    showState(state, describeRelease(this.request, this.progress, details));
  }
}
