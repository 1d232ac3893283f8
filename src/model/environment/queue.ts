import {
  type EnvironmentState,
  type ExcludedHost,
  type Frozen,
  MOST_RETAINED,
  MOST_TAKEN,
  type RolloutCommitted,
  type RolloutRequest,
  type RolloutResult,
} from './environment';
import { refuseOperator } from '../approval/operators';
import type { RecordRef } from '../release';

/** The effect of a request: why the running rollout must stop (`ends`), and how many are ahead (`behind`). */
export interface Enqueued {
  ends?: string;
  behind?: number;
}

export interface Withdrawn {
  request: RolloutRequest;
  result: RolloutResult;
}

/**
 * The queue of an environment's single writer: waiting and running requests, the recorded releases, and who is
 * next. Its state is plain data that survives continue-as-new; the writer acts on its answers.
 */
export class EnvironmentQueue {
  constructor(readonly state: EnvironmentState) {}

  static of(app: string, environment: string): EnvironmentQueue {
    return new EnvironmentQueue({ app, environment, committed: [], queue: [], counter: 0 });
  }

  /** A rollback goes to the head, after other rollbacks. Undefined for a request that was counted before. */
  enqueue(request: RolloutRequest): Enqueued | undefined {
    const { queue, running, frozen } = this.state;
    if (this.wasTaken(request.id) || queue.some((one) => one.id === request.id)) return undefined;
    const goesBack = request.kind === 'rollback';
    queue.splice(goesBack ? queue.filter((one) => one.kind === 'rollback').length : queue.length, 0, request);
    const waits = running || queue[0] !== request || frozen;
    return {
      ...(goesBack && this.endGoingOn(`${request.by} requested a rollback`)),
      ...(waits && { behind: queue.indexOf(request) + (running ? 1 : 0) }),
    };
  }

  private endGoingOn(reason: string): Pick<Enqueued, 'ends'> {
    const { running, starting } = this.state;
    const goesOn = ({ kind }: Pick<RolloutRequest, 'kind'>) => kind === 'release' || kind === 'eject';
    if (starting && goesOn(starting)) starting.ends ??= reason;
    return running && goesOn(running) ? { ends: reason } : {};
  }

  withdraw({ id, reason }: { id: string; reason: string }): { withdrawn?: Withdrawn; ends?: string } {
    const { queue, running, starting } = this.state;
    const index = queue.findIndex((request) => request.id === id);
    if (index >= 0) {
      const [request] = queue.splice(index, 1) as [RolloutRequest];
      this.remember(id);
      const failure = { kind: 'stopped', message: reason };
      return { withdrawn: { request, result: { status: 'undone', cancelled: true, failure, undone: [] } } };
    }
    if (starting?.id === id) starting.ends ??= reason;
    return running?.id === id ? { ends: reason } : {};
  }

  hasWork(): boolean {
    const next = this.state.queue[0];
    return next !== undefined && (this.state.frozen === undefined || next.kind === 'rollback');
  }

  take(): RolloutRequest | undefined {
    const request = this.state.queue.shift();
    if (request) this.remember(request.id);
    return request;
  }

  wasTaken(id: string): boolean {
    const { running, taken = [] } = this.state;
    return running?.id === id || taken.includes(id);
  }

  /** Lets a request count again, unless it is waiting or running. */
  forget(id: string): void {
    this.state.taken = this.state.taken?.filter((one) => one !== id);
  }

  private remember(id: string): void {
    this.state.taken = [...(this.state.taken ?? []), id].slice(-MOST_TAKEN);
  }

  begin(request: RolloutRequest): void {
    this.state.counter += 1;
    this.state.starting = { ...request, from: this.state.current?.record };
    for (const one of request.excluded ?? []) this.leaveOut(one);
  }

  /** Marks it as running. Returns why it must stop at once, if it was stopped meanwhile. */
  started(request: RolloutRequest, runId: string): string | undefined {
    const { starting } = this.state;
    this.state.running = { ...request, runId, from: starting?.from };
    this.state.starting = undefined;
    return starting?.ends;
  }

  isRunning(request: string): boolean {
    return this.state.running?.id === request;
  }

  isStarting(request: string): boolean {
    return this.state.starting?.id === request;
  }

  private find(request: string): RolloutRequest | undefined {
    const { running, starting } = this.state;
    return [running, starting].find((one) => one?.id === request);
  }

  commit({ request, at, level, operators, secrets, besides }: RolloutCommitted): boolean {
    const rollout = this.find(request);
    if (!rollout) return false;
    const { record, by } = rollout;
    // A rollout to nothing: no current release, and none to go back to.
    if (!record) {
      this.state.current = undefined;
      this.state.committed = [];
      this.state.besides = undefined;
      return true;
    }
    const committed = { release: record.release, record, at, by, secrets };
    const others = this.state.committed.filter((one) => one.release !== committed.release);
    this.state.current = committed;
    this.state.committed = [committed, ...others].slice(0, MOST_RETAINED + 1);
    this.state.excluded = this.state.excluded?.filter(({ host }) => !level.includes(host));
    this.state.operators = operators;
    this.state.besides = besides;
    return true;
  }

  exclude(request: string, excluded: ExcludedHost): boolean {
    if (!this.find(request)) return false;
    this.leaveOut(excluded);
    return true;
  }

  private leaveOut(excluded: ExcludedHost): void {
    const others = this.state.excluded?.filter(({ host }) => host !== excluded.host) ?? [];
    this.state.excluded = [...others, excluded];
  }

  keep(): RecordRef[] {
    return this.state.committed.map((committed) => committed.record);
  }

  stopped(): void {
    this.state.running = undefined;
  }

  ended(request: RolloutRequest, result: RolloutResult, at: string): void {
    if ('ledger' in result) this.written(result.ledger);
    this.state.lastOutcome = { release: request.record?.release, at, what: describe(result) };
  }

  written(head: string | undefined): void {
    this.state.ledger = head ?? this.state.ledger;
  }

  /** It has undone nothing: its changes exist in addition to the recorded release. */
  interrupt(request: RolloutRequest, reason: string): void {
    const { running } = this.state;
    this.state.interrupted = reason;
    this.state.left = this.hasCommitted(request) ? running?.from : request.record;
    // A restore that was itself terminated still has to undo the earlier one.
    if (request.kind === 'restore') this.state.left = request.left;
  }

  afterInterruption(request: RolloutRequest, reason: string): RolloutResult {
    if (this.hasCommitted(request)) return { status: 'committed', plan: '', warnings: [reason] };
    return { status: 'undone', cancelled: false, failure: { kind: 'interrupted', message: reason }, undone: [] };
  }

  private hasCommitted({ record }: RolloutRequest): boolean {
    return this.state.current?.record.digest === record?.digest;
  }

  restoration(requester: string): Restoration | undefined {
    const { current, interrupted, left, counter, queue } = this.state;
    const { signed } = queue[0] ?? {};
    if (!interrupted) return undefined;
    this.state.interrupted = undefined;
    this.state.left = undefined;
    const request: RolloutRequest = {
      id: `restore-${counter + 1}`,
      kind: 'restore',
      record: current?.record,
      left,
      by: 'windlass',
      requester,
      // What an operator wants next may show that the recorded release is the one to go to.
      ...(signed && { signed }),
    };
    return { request, interrupted };
  }

  restored({ request: { left }, interrupted }: Restoration, result: RolloutResult): void {
    if (result.status === 'committed') return;
    const { app, environment } = this.state;
    this.state.left = left;
    this.state.interrupted = `${interrupted}; restoring ${app} ${environment} ended: ${describe(result)}`;
  }

  refusal(): RolloutResult | undefined {
    const { interrupted } = this.state;
    if (!interrupted) return undefined;
    const message = `the environment was interrupted and could not be restored: ${interrupted}`;
    return { status: 'refused', failure: { kind: 'interrupted', message } };
  }

  /** Why this person may not freeze or thaw; undefined when they may. */
  refuseFreeze(by: string): string | undefined {
    const { frozen } = this.state;
    return this.refuseStranger(by) ?? (frozen && `the environment is already frozen by ${frozen.by}: ${frozen.reason}`);
  }

  refuseThaw(by: string): string | undefined {
    return this.refuseStranger(by) ?? (this.state.frozen ? undefined : 'the environment is not frozen');
  }

  private refuseStranger(by: string): string | undefined {
    return refuseOperator(by, this.state.operators, `of ${this.state.environment}`);
  }

  hear(nonce: string): boolean {
    const { heard = [] } = this.state;
    if (heard.includes(nonce)) return false;
    this.state.heard = [...heard, nonce].slice(-MOST_TAKEN);
    return true;
  }

  freeze(frozen: Frozen): void {
    this.state.frozen = frozen;
  }

  thaw(): void {
    this.state.frozen = undefined;
  }

  canBeHeld(): boolean {
    const { running } = this.state;
    return !running || running.kind === 'release';
  }
}

export interface Restoration {
  request: RolloutRequest;
  interrupted: string;
}

function describe(result: RolloutResult): string {
  if (result.status === 'committed') return 'was committed';
  if (result.status === 'replan') return 'needs a new approval, because the plan changed';
  return `${result.status === 'undone' ? 'was undone' : 'could not be planned'}: ${result.failure.message}`;
}
