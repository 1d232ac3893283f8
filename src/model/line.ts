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
import type { RecordRef } from './release';

/** What is to be done about a request: `ends` says why the rollout that runs is to stop, `behind` how many go before it. */
export interface Place {
  ends?: string;
  behind?: number;
}

export interface Withdrawn {
  request: RolloutRequest;
  result: RolloutResult;
}

/**
 * The line before the single writer of an environment: what waits, what runs, what is recorded, and who may go next. All that it
 * knows is its state, which is plain data and handed on from run to run; whoever holds it does what it says.
 */
export class Line {
  constructor(readonly state: EnvironmentState) {}

  static of(app: string, environment: string): Line {
    return new Line({ app, environment, committed: [], queue: [], counter: 0 });
  }

  // ---- what waits

  /** A rollback goes to the head, behind other rollbacks. The same request counts once: undefined for one that is known. */
  enqueue(request: RolloutRequest): Place | undefined {
    const { queue, running, frozen } = this.state;
    if (this.wasTaken(request.id) || queue.some((one) => one.id === request.id)) return undefined;
    const goesBack = request.kind === 'rollback';
    queue.splice(goesBack ? queue.filter((one) => one.kind === 'rollback').length : queue.length, 0, request);
    const waits = running || queue[0] !== request || frozen;
    return {
      ...(goesBack && this.endGoingOn(`${request.by} asked for a rollback`)),
      ...(waits && { behind: queue.indexOf(request) + (running ? 1 : 0) }),
    };
  }

  /** A rollback waits for another one, and for what takes the environment back; nothing else goes before it. */
  private endGoingOn(reason: string): Pick<Place, 'ends'> {
    const { running, starting } = this.state;
    const goesOn = ({ kind }: Pick<RolloutRequest, 'kind'>) => kind === 'release' || kind === 'eject';
    if (starting && goesOn(starting)) starting.ends ??= reason;
    return running && goesOn(running) ? { ends: reason } : {};
  }

  /** What waits ends here, and its requester is told; what runs is to stop: `ends` says why. */
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

  /** A rollback passes a freeze: what is frozen is going on, not going back. */
  hasWork(): boolean {
    const next = this.state.queue[0];
    return next !== undefined && (this.state.frozen === undefined || next.kind === 'rollback');
  }

  take(): RolloutRequest | undefined {
    const request = this.state.queue.shift();
    if (request) this.remember(request.id);
    return request;
  }

  /** Does it run, has it run, or was it withdrawn? */
  wasTaken(id: string): boolean {
    const { running, taken = [] } = this.state;
    return running?.id === id || taken.includes(id);
  }

  /** It counts again, unless it waits or runs. */
  forget(id: string): void {
    this.state.taken = this.state.taken?.filter((one) => one !== id);
  }

  private remember(id: string): void {
    this.state.taken = [...(this.state.taken ?? []), id].slice(-MOST_TAKEN);
  }

  // ---- what runs

  /** A rollout is about to start. */
  begin(request: RolloutRequest): void {
    this.state.counter += 1;
    this.state.starting = { ...request, from: this.state.current?.record };
    for (const one of request.excluded ?? []) this.leaveOut(one);
  }

  /** It runs. Returns why it is to stop at once, when somebody said so meanwhile. */
  started(request: RolloutRequest, runId: string): string | undefined {
    const { starting } = this.state;
    this.state.running = { ...request, runId, from: starting?.from };
    this.state.starting = undefined;
    return starting?.ends;
  }

  isRunning(request: string): boolean {
    return this.state.running?.id === request;
  }

  /** It may run, and may have done everything: that it has started is not known yet. */
  isStarting(request: string): boolean {
    return this.state.starting?.id === request;
  }

  /** The request, if it is the one whose rollout runs or starts. */
  private find(request: string): RolloutRequest | undefined {
    const { running, starting } = this.state;
    return [running, starting].find((one) => one?.id === request);
  }

  /** The rollout that runs has committed: false when it is another one. */
  commit({ request, at, level, operators, secrets }: RolloutCommitted): boolean {
    const rollout = this.find(request);
    if (!rollout) return false;
    const { record, by } = rollout;
    // To nothing: there is no release here any more, and none to go back to.
    if (!record) {
      this.state.current = undefined;
      this.state.committed = [];
      return true;
    }
    const committed = { release: record.release, record, at, by, secrets };
    const others = this.state.committed.filter((one) => one.release !== committed.release);
    this.state.current = committed;
    this.state.committed = [committed, ...others].slice(0, MOST_RETAINED + 1);
    this.state.excluded = this.state.excluded?.filter(({ host }) => !level.includes(host));
    this.state.operators = operators;
    return true;
  }

  /** Remembered until a rollout that finds the host back is committed. */
  exclude(request: string, excluded: ExcludedHost): boolean {
    if (!this.find(request)) return false;
    this.leaveOut(excluded);
    return true;
  }

  private leaveOut(excluded: ExcludedHost): void {
    const others = this.state.excluded?.filter(({ host }) => host !== excluded.host) ?? [];
    this.state.excluded = [...others, excluded];
  }

  /** What can be gone back to, so that its images stay. */
  keep(): RecordRef[] {
    return this.state.committed.map((committed) => committed.record);
  }

  /** The rollout has ended, whatever came of it. */
  stopped(): void {
    this.state.running = undefined;
  }

  ended(request: RolloutRequest, result: RolloutResult, at: string): void {
    this.state.lastOutcome = { release: request.record?.release, at, what: describe(result) };
  }

  // ---- when a rollout was terminated

  /** It has undone nothing: what it was doing stands beside what is recorded. */
  interrupt(request: RolloutRequest, reason: string): void {
    const { running } = this.state;
    this.state.interrupted = reason;
    this.state.left = this.hasCommitted(request) ? running?.from : request.record;
    // What takes back what another one left has that still to do.
    if (request.kind === 'restore') this.state.left = request.left;
  }

  /** What the requester of an interrupted rollout is told. What had been committed stays so. */
  afterInterruption(request: RolloutRequest, reason: string): RolloutResult {
    if (this.hasCommitted(request)) return { status: 'committed', plan: '', warnings: [reason] };
    return { status: 'undone', cancelled: false, failure: { kind: 'interrupted', message: reason }, undone: [] };
  }

  private hasCommitted({ record }: RolloutRequest): boolean {
    return this.state.current?.record.digest === record?.digest;
  }

  /** Before anything else an interrupted environment is taken to what is recorded: the request to do so, if it is to be done. */
  restoration(requester: string): Restoration | undefined {
    const { current, interrupted, left, counter } = this.state;
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
    };
    return { request, interrupted };
  }

  restored({ request: { left }, interrupted }: Restoration, result: RolloutResult): void {
    if (result.status === 'committed') return;
    const { app, environment } = this.state;
    this.state.left = left;
    this.state.interrupted = `${interrupted}; taking ${app} ${environment} back ended: ${describe(result)}`;
  }

  /** Nothing is built on what could not be taken back. */
  refusal(): RolloutResult | undefined {
    const { interrupted } = this.state;
    if (!interrupted) return undefined;
    const message = `the environment is interrupted and could not be taken back: ${interrupted}`;
    return { status: 'refused', failure: { kind: 'interrupted', message } };
  }

  // ---- what people say to it

  /** Why somebody may not freeze or thaw, in a sentence to the sender; undefined when it counts. */
  refuseFreeze(by: string): string | undefined {
    const { frozen } = this.state;
    return (
      this.refuseStranger(by) ?? (frozen && `the environment is frozen already, by ${frozen.by}: ${frozen.reason}`)
    );
  }

  refuseThaw(by: string): string | undefined {
    return this.refuseStranger(by) ?? (this.state.frozen ? undefined : 'the environment is not frozen');
  }

  private refuseStranger(by: string): string | undefined {
    const { operators = [], environment } = this.state;
    if (operators.length === 0 || operators.includes(by)) return undefined;
    return `${by} is not among the operators of ${environment}: ${operators.join(', ')}. Ask one of them`;
  }

  freeze(frozen: Frozen): void {
    this.state.frozen = frozen;
  }

  thaw(): void {
    this.state.frozen = undefined;
  }

  /** A freeze holds a release that runs, and nothing that goes back. */
  canBeHeld(): boolean {
    const { running } = this.state;
    return !running || running.kind === 'release';
  }
}

/** What takes an interrupted environment back, and how it was interrupted. */
export interface Restoration {
  request: RolloutRequest;
  interrupted: string;
}

function describe(result: RolloutResult): string {
  if (result.status === 'committed') return 'was committed';
  if (result.status === 'replan') return 'was planned anew, for what is observed has changed';
  return `${result.status === 'undone' ? 'was undone' : 'could not be planned'}: ${result.failure.message}`;
}
