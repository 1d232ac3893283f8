import {
  allHandlersFinished,
  ApplicationFailure,
  ChildWorkflowFailure,
  type ChildWorkflowHandle,
  condition,
  continueAsNew,
  getExternalWorkflowHandle,
  ParentClosePolicy,
  rootCause,
  setHandler,
  startChild,
  workflowInfo,
} from '@temporalio/workflow';
import {
  type EnvironmentState,
  type ExcludedHost,
  type Frozen,
  MOST_RETAINED,
  type RolloutNews,
  type RolloutRequest,
  type RolloutResult,
  secretsThatRan,
} from '../src/model/environment';
import { describeFailure } from '../src/model/failure';
import { rolloutId } from '../src/model/names';
import type { StepQuestion } from '../src/model/question';
import type { RecordRef } from '../src/model/release';
import { describeEnvironment } from './describe/environment';
import { now, record } from './ledger';
import * as messages from './messages';
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
  private readonly state: EnvironmentState;
  private child?: ChildWorkflowHandle<typeof rollout>;
  /** What the rollout that runs asks of an operator. */
  private question?: StepQuestion;

  constructor({ app, environment, state }: EnvironmentInput) {
    this.state = state ?? { app, environment, committed: [], queue: [], counter: 0 };
    showSubject({ app, environment });
    setHandler(messages.environmentState, () => this.state);
    setHandler(messages.requestRollout, (request) => this.enqueue(request));
    setHandler(messages.withdrawRollout, (withdrawal) => this.withdraw(withdrawal));
    setHandler(messages.rolloutCommitted, (news) => this.commit(news));
    setHandler(messages.rolloutAsks, ({ request, question }) => this.passOn(request, question));
    setHandler(messages.hostExcluded, ({ request, excluded }) => this.exclude(request, excluded));
    setHandler(messages.freeze, (by) => this.freeze(by), {
      validator: ({ by }) => {
        this.refuseStrangers(by);
        if (this.state.frozen)
          throw refused(`is frozen already, by ${this.state.frozen.by}: ${this.state.frozen.reason}`);
      },
    });
    setHandler(messages.thaw, (by) => this.thaw(by), {
      validator: ({ by }) => {
        this.refuseStrangers(by);
        if (!this.state.frozen) throw refused('is not frozen');
      },
    });
    this.show();
  }

  /** A rollback passes a freeze: what is frozen is going on, not going back. */
  hasWork(): boolean {
    const next = this.state.queue[0];
    return next !== undefined && (this.state.frozen === undefined || next.kind === 'rollback');
  }

  isLong(): boolean {
    return (
      this.state.queue.length === 0 &&
      (workflowInfo().historyLength > LONG_HISTORY || workflowInfo().continueAsNewSuggested)
    );
  }

  handOver(): EnvironmentState {
    return this.state;
  }

  async carryOutNext(): Promise<void> {
    const request = this.state.queue.shift();
    if (!request) return;
    await this.restoreIfInterrupted();
    const result: RolloutResult = this.state.interrupted
      ? {
          status: 'refused',
          failure: {
            kind: 'interrupted',
            message: `the environment is interrupted and could not be taken back: ${this.state.interrupted}`,
          },
        }
      : await this.carryOut(request);
    await this.restoreIfInterrupted();
    this.state.lastOutcome = { release: request.record?.release, at: now(), what: describe(result) };
    await this.tell(request.requester, { request: request.id, state: 'ended', result });
    this.show();
  }

  private async carryOut(request: RolloutRequest): Promise<RolloutResult> {
    const { app, environment, current } = this.state;
    this.state.counter += 1;
    for (const one of request.excluded ?? []) this.leaveOut(one);
    const child = await startChild<typeof rollout>('rollout', {
      workflowId: rolloutId(app, environment),
      // An environment that is terminated takes its rollout back, it does not tear it off.
      parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
      staticSummary:
        `${request.kind} ${request.record?.release ?? 'nothing'} on ${environment} of ${app}, asked for by ${request.by}`.slice(
          0,
          200,
        ),
      staticDetails: `Asked for by ${plain(request.by)}, in ${link(request.requester)}`,
      args: [
        {
          app,
          environment,
          request,
          current: current?.record,
          keep: this.keep(),
          ran: secretsThatRan(this.state),
          counter: this.state.counter,
          excluded: hostsLeftOut(this.state),
        },
      ],
    });
    this.child = child;
    this.state.running = { ...request, runId: child.firstExecutionRunId };
    if (this.state.frozen) await this.hold(true);
    await this.tell(request.requester, { request: request.id, state: 'started', runId: child.firstExecutionRunId });
    this.show();
    try {
      return await child.result();
    } catch (error) {
      return await this.interrupted(request, error);
    } finally {
      this.child = undefined;
      this.question = undefined;
      this.state.running = undefined;
    }
  }

  /** A rollout that was terminated has undone nothing. What had been committed stays so. */
  private async interrupted(request: RolloutRequest, error: unknown): Promise<RolloutResult> {
    const reason =
      error instanceof ChildWorkflowFailure ? `its rollout ended without undoing: ${rootCause(error)}` : String(error);
    this.state.interrupted = reason;
    this.state.left = request.record;
    await this.write({ kind: 'interrupted', release: request.record?.release, by: 'windlass', what: reason });
    if (this.state.current?.record.digest === request.record?.digest)
      return { status: 'committed', plan: '', warnings: [reason] };
    return { status: 'undone', cancelled: false, failure: { kind: 'interrupted', message: reason }, undone: [] };
  }

  /** Before anything else an interrupted environment is taken to what is recorded. */
  private async restoreIfInterrupted(): Promise<void> {
    if (!this.state.interrupted) return;
    this.show();
    const { app, environment, current, interrupted, left, counter } = this.state;
    const request: RolloutRequest = {
      id: `restore-${counter + 1}`,
      kind: 'restore',
      record: current?.record,
      left,
      by: 'windlass',
      requester: workflowInfo().workflowId,
    };
    this.state.interrupted = undefined;
    this.state.left = undefined;
    const result = await this.carryOut(request);
    if (result.status === 'committed') return;
    this.state.left = left;
    this.state.interrupted = `${interrupted}; taking ${app} ${environment} back ended: ${describe(result)}`;
  }

  private enqueue(request: RolloutRequest): void {
    const { queue, running } = this.state;
    if (running?.id === request.id || queue.some((one) => one.id === request.id)) return;
    if (request.kind !== 'rollback') queue.push(request);
    else {
      queue.splice(queue.filter((one) => one.kind === 'rollback').length, 0, request);
      if (running && running.kind !== 'rollback') this.stop(`${request.by} asked for a rollback`);
    }
    if (running || queue[0] !== request || this.state.frozen)
      void this.tell(request.requester, {
        request: request.id,
        state: 'queued',
        behind: queue.indexOf(request) + (running ? 1 : 0),
      });
    this.show();
  }

  private withdraw({ id, reason }: { id: string; reason: string }): void {
    const index = this.state.queue.findIndex((request) => request.id === id);
    const [request] = index < 0 ? [] : this.state.queue.splice(index, 1);
    const result: RolloutResult = {
      status: 'undone',
      cancelled: true,
      failure: { kind: 'stopped', message: reason },
      undone: [],
    };
    if (request) void this.tell(request.requester, { request: id, state: 'ended', result });
    else if (this.state.running?.id === id) this.stop(reason);
    this.show();
  }

  private commit({ request, at, level, operators, secrets }: messages.RolloutCommitted): void {
    const { running } = this.state;
    if (running?.id !== request) return;
    // To nothing: there is no release here any more, and none to go back to.
    if (!running.record) {
      this.state.current = undefined;
      this.state.committed = [];
      return this.show();
    }
    const committed = { release: running.record.release, record: running.record, at, by: running.by, secrets };
    const others = this.state.committed.filter((one) => one.release !== committed.release);
    this.state.current = committed;
    this.state.committed = [committed, ...others].slice(0, MOST_RETAINED + 1);
    this.state.excluded = this.state.excluded?.filter(({ host }) => !level.includes(host));
    this.state.operators = operators;
    this.show();
  }

  /** Remembered until a rollout that finds the host back is committed. */
  private exclude(request: string, excluded: ExcludedHost): void {
    if (this.state.running?.id !== request) return;
    this.leaveOut(excluded);
    this.show();
  }

  private leaveOut(excluded: ExcludedHost): void {
    const others = this.state.excluded?.filter(({ host }) => host !== excluded.host) ?? [];
    this.state.excluded = [...others, excluded];
  }

  private passOn(request: string, question: StepQuestion | undefined): void {
    const { running } = this.state;
    if (running?.id !== request) return;
    this.question = question;
    this.show();
    void this.tell(running.requester, { request, state: 'asking', question });
  }

  private refuseStrangers(by: string): void {
    const { operators = [], environment } = this.state;
    if (operators.length > 0 && !operators.includes(by))
      throw ApplicationFailure.nonRetryable(
        `${by} is not among the operators of ${environment}: ${operators.join(', ')}. Ask one of them`,
        'Refused',
      );
  }

  private async freeze(by: Omit<Frozen, 'at'>): Promise<string> {
    this.state.frozen = { ...by, at: now() };
    await this.hold(true);
    this.show();
    await this.write({
      kind: 'frozen',
      by: by.by,
      what: 'no rollout starts or goes on until it is thawed',
      reason: by.reason,
    });
    return `${this.state.environment} is frozen; a running rollout waits at its next safe point`;
  }

  private async thaw({ by, reason }: { by: string; reason: string }): Promise<string> {
    this.state.frozen = undefined;
    await this.hold(false);
    this.show();
    await this.write({ kind: 'thawed', by, what: 'rollouts go on', reason });
    return `${this.state.environment} is thawed; what waited goes on`;
  }

  private async hold(held: boolean): Promise<void> {
    const { frozen, running } = this.state;
    if (running && running.kind !== 'release') return;
    await this.child
      ?.signal(messages.holdRollout, { held, why: frozen ? `${frozen.by}: ${frozen.reason}` : '' })
      .catch(() => undefined);
  }

  private stop(reason: string): void {
    void this.child?.signal(messages.stopRollout, { reason }).catch(() => undefined);
  }

  /** What can be gone back to, so that its images stay. */
  private keep(): RecordRef[] {
    return this.state.committed.map((committed) => committed.record);
  }

  private async tell(requester: string, news: RolloutNews): Promise<void> {
    if (requester === workflowInfo().workflowId) return;
    // Whoever asked may be gone; what was asked for is done all the same.
    await getExternalWorkflowHandle(requester)
      .signal(messages.rolloutNews, news)
      .catch(() => undefined);
  }

  private async write(entry: {
    kind: 'frozen' | 'thawed' | 'interrupted';
    by: string;
    what: string;
    reason?: string;
    release?: string;
  }): Promise<void> {
    const registry = (this.state.current?.record ?? this.state.running?.record)?.registry;
    const { app, environment } = this.state;
    if (registry) await record(registry, { app, environment, ...entry });
  }

  private show(): void {
    const { running, frozen, interrupted } = this.state;
    const going = running && (this.question ? 'asking' : 'rolling-out');
    const state = interrupted ? 'interrupted' : frozen ? 'frozen' : (going ?? 'idle');
    showState(state, describeEnvironment(this.state, running && this.question && asked(this.question)));
  }
}

const refused = (message: string) => ApplicationFailure.nonRetryable(`the environment ${message}`, 'Refused');

const asked = ({ step, failure }: StepQuestion) => `${step}: ${describeFailure(failure)}`;

function describe(result: RolloutResult): string {
  if (result.status === 'committed') return 'was committed';
  if (result.status === 'replan') return 'was planned anew, for what is observed has changed';
  return `${result.status === 'undone' ? 'was undone' : 'could not be planned'}: ${result.failure.message}`;
}
