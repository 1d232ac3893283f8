import {
  allHandlersFinished,
  ApplicationFailure,
  ChildWorkflowFailure,
  type ChildWorkflowHandle,
  condition,
  continueAsNew,
  getExternalWorkflowHandle,
  ParentClosePolicy,
  setHandler,
  startChild,
  workflowInfo,
} from '@temporalio/workflow';
import {
  type EnvironmentState,
  type Frozen,
  type RolloutNews,
  type RolloutRequest,
  type RolloutResult,
  secretsThatRan,
} from '../src/model/environment';
import { describeFailure, wordsOfCause } from '../src/model/failure';
import type { LedgerEntry } from '../src/model/ledger';
import { Line } from '../src/model/line';
import { rolloutId } from '../src/model/names';
import type { StepQuestion } from '../src/model/question';
import { describeEnvironment } from './describe/environment';
import { now, record } from './ledger';
import * as messages from './messages';
import { losesNothing } from './patches';
import { hostsLeftOut } from './plan';
import type { rollout } from './rollout';
import { link, plain, showState, showSubject } from './show';

export interface EnvironmentInput {
  app: string;
  environment: string;
  /** What an earlier run handed on. */
  state?: EnvironmentState;
}

/** How many events a run may have before it hands its state to a new one; a tenth of where Temporal warns. */
const LONG_HISTORY = 1_000;

/** The single writer of an environment: it never ends, and admits one rollout at a time. */
export async function environment(input: EnvironmentInput): Promise<void> {
  const writer = new Environment(input);
  for (;;) {
    await condition(() => writer.hasWork() || writer.isLong());
    if (writer.hasWork()) await writer.carryOutNext();
    else {
      await condition(allHandlersFinished);
      // a message that came while handlers ended is work again, and stays with this run
      if (!writer.hasWork()) await continueAsNew<typeof environment>({ ...input, state: writer.handOver() });
    }
  }
}

class Environment {
  private readonly line: Line;
  private child?: ChildWorkflowHandle<typeof rollout>;
  /** What the rollout that runs asks of an operator. */
  private question?: StepQuestion;

  constructor({ app, environment, state }: EnvironmentInput) {
    this.line = state ? new Line(state) : Line.of(app, environment);
    showSubject({ app, environment });
    setHandler(messages.environmentState, () => this.line.state);
    setHandler(messages.requestRollout, (request) => this.enqueue(request));
    setHandler(messages.withdrawRollout, (withdrawal) => this.withdraw(withdrawal));
    setHandler(messages.rolloutCommitted, (news) => this.showIf(this.hears(news.request) && this.line.commit(news)));
    setHandler(messages.rolloutAsks, ({ request, question }) => this.passOn(request, question));
    setHandler(messages.hostExcluded, ({ request, excluded }) =>
      this.showIf(this.hears(request) && this.line.exclude(request, excluded)),
    );
    setHandler(messages.freeze, (by) => this.freeze(by), {
      validator: ({ by }) => refuseIf(this.line.refuseFreeze(by)),
    });
    setHandler(messages.thaw, (by) => this.thaw(by), {
      validator: ({ by }) => refuseIf(this.line.refuseThaw(by)),
    });
    this.show();
  }

  hasWork(): boolean {
    return this.line.hasWork();
  }

  isLong(): boolean {
    return (
      this.line.state.queue.length === 0 &&
      (workflowInfo().historyLength > LONG_HISTORY || workflowInfo().continueAsNewSuggested)
    );
  }

  handOver(): EnvironmentState {
    return this.line.state;
  }

  async carryOutNext(): Promise<void> {
    // What waits goes on waiting meanwhile: it may be withdrawn, and a rollback may come before it.
    const isFirst = this.line.state.interrupted !== undefined && losesNothing();
    if (isFirst) await this.restoreIfInterrupted();
    if (isFirst && !this.hasWork()) return;
    const request = this.line.take();
    if (!request) return;
    if (!isFirst) await this.restoreIfInterrupted();
    const result = this.line.refusal() ?? (await this.carryOut(request));
    await this.restoreIfInterrupted();
    this.line.ended(request, result, now());
    await this.tell(request.requester, { request: request.id, state: 'ended', result });
    this.show();
  }

  /** Before anything else an interrupted environment is taken to what is recorded. */
  private async restoreIfInterrupted(): Promise<void> {
    if (!this.line.state.interrupted) return;
    this.show();
    const restoration = this.line.restoration(workflowInfo().workflowId);
    if (restoration) this.line.restored(restoration, await this.carryOut(restoration.request));
  }

  private async carryOut(request: RolloutRequest): Promise<RolloutResult> {
    this.line.begin(request);
    this.child = await this.start(request);
    const runId = this.child.firstExecutionRunId;
    const ends = this.line.started(request, runId);
    const early = this.question;
    if (ends !== undefined && losesNothing()) this.stop(ends);
    if (this.line.state.frozen) await this.hold(true);
    await this.tell(request.requester, { request: request.id, state: 'started', runId });
    if (early && early === this.question)
      void this.tell(request.requester, { request: request.id, state: 'asking', question: early });
    this.show();
    try {
      return await this.child.result();
    } catch (error) {
      return await this.interrupted(request, error);
    } finally {
      this.child = undefined;
      this.question = undefined;
      this.line.stopped();
    }
  }

  private start(request: RolloutRequest): Promise<ChildWorkflowHandle<typeof rollout>> {
    const { state } = this.line;
    const { app, environment, current, counter } = state;
    const what = `${request.kind} ${request.record?.release ?? 'nothing'} on ${environment} of ${app}`;
    const input = { app, environment, request, current: current?.record, keep: this.line.keep() };
    return startChild<typeof rollout>('rollout', {
      workflowId: rolloutId(app, environment),
      // An environment that is terminated takes its rollout back, it does not tear it off.
      parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
      staticSummary: `${what}, asked for by ${request.by}`.slice(0, 200),
      staticDetails: `Asked for by ${plain(request.by)}, in ${link(request.requester)}`,
      args: [{ ...input, ran: secretsThatRan(state), counter, excluded: hostsLeftOut(state) }],
    });
  }

  /** A rollout that was terminated has undone nothing. What had been committed stays so. */
  private async interrupted(request: RolloutRequest, error: unknown): Promise<RolloutResult> {
    const why = wordsOfCause(error);
    const reason = error instanceof ChildWorkflowFailure ? `its rollout ended without undoing: ${why}` : why;
    this.line.interrupt(request, reason);
    await this.write({ kind: 'interrupted', release: request.record?.release, by: 'windlass', what: reason });
    return this.line.afterInterruption(request, reason);
  }

  private enqueue(request: RolloutRequest): void {
    if (this.line.wasTaken(request.id) && !losesNothing()) this.line.forget(request.id);
    const place = this.line.enqueue(request);
    if (!place) return;
    const { behind } = place;
    const endsRestore = request.kind === 'rollback' && this.line.state.running?.kind === 'restore' && !losesNothing();
    const ends = endsRestore ? `${request.by} asked for a rollback` : place.ends;
    if (ends !== undefined) this.stop(ends);
    if (behind !== undefined) void this.tell(request.requester, { request: request.id, state: 'queued', behind });
    this.show();
  }

  private withdraw(withdrawal: { id: string; reason: string }): void {
    const { withdrawn, ends } = this.line.withdraw(withdrawal);
    if (withdrawn) {
      const { request, result } = withdrawn;
      void this.tell(request.requester, { request: request.id, state: 'ended', result });
    }
    if (ends !== undefined) this.stop(ends);
    this.show();
  }

  /**
   * Is it the rollout's that runs? When a worker has died, a rollout may have been carried to its end before this workflow goes on: then
   * all that it has said is heard in one go, and signals before that it has started.
   */
  private hears(request: string): boolean {
    return this.line.isRunning(request) || (this.line.isStarting(request) && losesNothing());
  }

  private passOn(request: string, question: StepQuestion | undefined): void {
    if (!this.hears(request)) return;
    this.question = question;
    this.show();
    // Of one that is starting it is told when it has.
    const { running } = this.line.state;
    if (running) void this.tell(running.requester, { request, state: 'asking', question });
  }

  private async freeze(by: Omit<Frozen, 'at'>): Promise<string> {
    this.line.freeze({ ...by, at: now() });
    await this.hold(true);
    this.show();
    const what = 'no rollout starts or goes on until it is thawed';
    await this.write({ kind: 'frozen', by: by.by, what, reason: by.reason });
    return `${this.line.state.environment} is frozen; a running rollout waits at its next safe point`;
  }

  private async thaw({ by, reason }: { by: string; reason: string }): Promise<string> {
    this.line.thaw();
    await this.hold(false);
    this.show();
    await this.write({ kind: 'thawed', by, what: 'rollouts go on', reason });
    return `${this.line.state.environment} is thawed; what waited goes on`;
  }

  private async hold(held: boolean): Promise<void> {
    const { frozen } = this.line.state;
    if (!this.line.canBeHeld()) return;
    await this.child
      ?.signal(messages.holdRollout, { held, why: frozen ? `${frozen.by}: ${frozen.reason}` : '' })
      .catch(() => undefined);
  }

  private stop(reason: string): void {
    void this.child?.signal(messages.stopRollout, { reason }).catch(() => undefined);
  }

  private async tell(requester: string, news: RolloutNews): Promise<void> {
    if (requester === workflowInfo().workflowId) return;
    // Whoever asked may be gone; what was asked for is done all the same.
    await getExternalWorkflowHandle(requester)
      .signal(messages.rolloutNews, news)
      .catch(() => undefined);
  }

  private async write(entry: Pick<LedgerEntry, 'kind' | 'by' | 'what' | 'reason' | 'release'>): Promise<void> {
    const { app, environment, current, running } = this.line.state;
    const registry = (current?.record ?? running?.record)?.registry;
    if (registry) await record(registry, { app, environment, ...entry });
  }

  private showIf(changed: boolean): void {
    if (changed) this.show();
  }

  private show(): void {
    const { state } = this.line;
    const { running, frozen, interrupted } = state;
    const going = running && (this.question ? 'asking' : 'rolling-out');
    const word = interrupted ? 'interrupted' : frozen ? 'frozen' : (going ?? 'idle');
    showState(word, describeEnvironment(state, running && this.question && asked(this.question)));
  }
}

function refuseIf(refusal: string | undefined): void {
  if (refusal !== undefined) throw ApplicationFailure.nonRetryable(refusal, 'Refused');
}

const asked = ({ step, failure }: StepQuestion) => `${step}: ${describeFailure(failure)}`;
