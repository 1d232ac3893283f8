import { ChildWorkflowFailure, setHandler, workflowInfo } from '@temporalio/workflow';
import type { EnvironmentState, RolloutRequest, RolloutResult } from '../../src/model/environment/environment';
import { EnvironmentQueue } from '../../src/model/environment/queue';
import type { About, Happening } from '../../src/model/ledger/event';
import { describeFailure, wordsOfCause } from '../../src/model/failure';
import type { StepQuestion } from '../../src/model/approval/question';
import * as messages from '../messages';
import { announce, now } from '../shared/announce';
import { onSignal } from '../shared/hear';
import { losesNothing } from '../shared/patches';
import { showState, showSubject } from '../shared/show';
import { describeEnvironment } from './describe';
import { handleFreezes } from './freezes';
import { type RolloutChild, startRollout, tell } from './start-rollout';

export interface EnvironmentInput {
  app: string;
  environment: string;
  /** The state handed over by the previous run. */
  state?: EnvironmentState;
}

/** The events after which a run continues as new; a tenth of Temporal's warning limit. */
const LONG_HISTORY = 1_000;

/** The state of an environment, its messages, and its rollouts, one at a time. */
export class EnvironmentWriter {
  private readonly queue: EnvironmentQueue;
  private child?: RolloutChild;
  /** The running rollout's question to an operator. */
  private question?: StepQuestion;

  constructor({ app, environment, state }: EnvironmentInput) {
    this.queue = state ? new EnvironmentQueue(state) : EnvironmentQueue.of(app, environment);
    showSubject({ app, environment });
    setHandler(messages.environmentState, () => this.queue.state);
    onSignal(messages.requestRollout, (request) => this.enqueue(request));
    onSignal(messages.withdrawRollout, (withdrawal) => this.withdraw(withdrawal));
    onSignal(messages.rolloutCommitted, (news) => this.showIf(this.hears(news.request) && this.queue.commit(news)));
    onSignal(messages.rolloutAsks, ({ request, question }) => this.passOn(request, question));
    onSignal(messages.hostExcluded, ({ request, excluded }) =>
      this.showIf(this.hears(request) && this.queue.exclude(request, excluded)),
    );
    handleFreezes({
      queue: this.queue,
      hold: (held) => this.hold(held),
      show: () => this.show(),
      announce: (happening) => this.announce(happening),
    });
    this.show();
  }

  hasWork(): boolean {
    return this.queue.hasWork();
  }

  isLong(): boolean {
    return (
      this.queue.state.queue.length === 0 &&
      (workflowInfo().historyLength > LONG_HISTORY || workflowInfo().continueAsNewSuggested)
    );
  }

  handOver(): EnvironmentState {
    return this.queue.state;
  }

  async carryOutNext(): Promise<void> {
    // Queued requests keep waiting: one may be withdrawn, and a rollback may jump the queue.
    const isFirst = this.queue.state.interrupted !== undefined && losesNothing();
    if (isFirst) await this.restoreIfInterrupted();
    if (isFirst && !this.hasWork()) return;
    const request = this.queue.take();
    if (!request) return;
    if (!isFirst) await this.restoreIfInterrupted();
    const result = this.queue.refusal() ?? (await this.carryOut(request));
    await this.restoreIfInterrupted();
    this.queue.ended(request, result, now());
    await tell(request.requester, { request: request.id, state: 'ended', result });
    this.show();
  }

  /** An interrupted environment is first restored to its recorded release. */
  private async restoreIfInterrupted(): Promise<void> {
    if (!this.queue.state.interrupted) return;
    this.show();
    const restoration = this.queue.restoration(workflowInfo().workflowId);
    if (restoration) this.queue.restored(restoration, await this.carryOut(restoration.request));
  }

  private async carryOut(request: RolloutRequest): Promise<RolloutResult> {
    this.queue.begin(request);
    this.child = await startRollout(this.queue, request);
    const runId = this.child.firstExecutionRunId;
    const ends = this.queue.started(request, runId);
    const early = this.question;
    if (ends !== undefined && losesNothing()) this.stop(ends);
    if (this.queue.state.frozen) await this.hold(true);
    await tell(request.requester, { request: request.id, state: 'started', runId });
    if (early && early === this.question)
      void tell(request.requester, { request: request.id, state: 'asking', question: early });
    this.show();
    try {
      return await this.child.result();
    } catch (error) {
      return await this.interrupted(request, error);
    } finally {
      this.child = undefined;
      this.question = undefined;
      this.queue.stopped();
    }
  }

  /** A terminated rollout has undone nothing. A commit stays. */
  private async interrupted(request: RolloutRequest, error: unknown): Promise<RolloutResult> {
    const why = wordsOfCause(error);
    const reason = error instanceof ChildWorkflowFailure ? `its rollout ended without an undo: ${why}` : why;
    this.queue.interrupt(request, reason);
    const interrupted = { kind: 'interrupted', release: request.record?.release, by: 'windlass', why: reason } as const;
    await this.announce(interrupted);
    return this.queue.afterInterruption(request, reason);
  }

  private enqueue(request: RolloutRequest): void {
    if (this.queue.wasTaken(request.id) && !losesNothing()) this.queue.forget(request.id);
    const enqueued = this.queue.enqueue(request);
    if (!enqueued) return;
    const { behind } = enqueued;
    const endsRestore = request.kind === 'rollback' && this.queue.state.running?.kind === 'restore' && !losesNothing();
    const ends = endsRestore ? `${request.by} requested a rollback` : enqueued.ends;
    if (ends !== undefined) this.stop(ends);
    if (behind !== undefined) void tell(request.requester, { request: request.id, state: 'queued', behind });
    this.show();
  }

  private withdraw(withdrawal: { id: string; reason: string }): void {
    const { withdrawn, ends } = this.queue.withdraw(withdrawal);
    if (withdrawn) {
      const { request, result } = withdrawn;
      void tell(request.requester, { request: request.id, state: 'ended', result });
    }
    if (ends !== undefined) this.stop(ends);
    this.show();
  }

  /**
   * Does this report come from the running rollout? After a worker died, the reports of a whole
   * rollout can arrive at once, before the signal that it has started.
   */
  private hears(request: string): boolean {
    return this.queue.isRunning(request) || (this.queue.isStarting(request) && losesNothing());
  }

  private passOn(request: string, question: StepQuestion | undefined): void {
    if (!this.hears(request)) return;
    this.question = question;
    this.show();
    // A rollout that is still starting is signalled once it has started.
    const { running } = this.queue.state;
    if (running) void tell(running.requester, { request, state: 'asking', question });
  }

  private async hold(held: boolean): Promise<void> {
    const { frozen } = this.queue.state;
    if (!this.queue.canBeHeld()) return;
    await this.child
      ?.signal(messages.holdRollout, { held, why: frozen ? `${frozen.by}: ${frozen.reason}` : '' })
      .catch(() => undefined);
  }

  private stop(reason: string): void {
    void this.child?.signal(messages.stopRollout, { reason }).catch(() => undefined);
  }

  private async announce(happening: Happening & Pick<About, 'release' | 'by' | 'signed'>): Promise<void> {
    const { app, environment, current, running } = this.queue.state;
    const registry = (current?.record ?? running?.record)?.registry;
    this.queue.written(await announce({ app, environment, ...happening }, registry));
  }

  private showIf(changed: boolean): void {
    if (changed) this.show();
  }

  private show(): void {
    const { state } = this.queue;
    const { running, frozen, interrupted } = state;
    const going = running && (this.question ? 'asking' : 'rolling-out');
    const word = interrupted ? 'interrupted' : frozen ? 'frozen' : (going ?? 'idle');
    showState(word, describeEnvironment(state, running && this.question && asked(this.question)));
  }
}

const asked = ({ step, failure }: StepQuestion) => `${step}: ${describeFailure(failure)}`;
