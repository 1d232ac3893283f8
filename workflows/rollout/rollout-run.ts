import { CancellationScope, getExternalWorkflowHandle, setHandler, workflowInfo } from '@temporalio/workflow';
import type { Planned } from '../../src/model/inspection';
import type { RolloutRequest } from '../../src/model/environment/environment';
import type { About, Event } from '../../src/model/ledger/event';
import type { Failure } from '../../src/model/failure';
import type { StepProgress } from '../../src/model/plan';
import { isSamePlan } from '../../src/model/approval/plan-hash';
import type { RolloutProgress } from '../../src/model/environment/progress';
import type { RecordRef, RegistryAccess } from '../../src/model/release';
import type { SecretHashes } from '../../src/model/container/secret';
import { environmentId } from '../../src/model/names';
import { targetsOf } from '../../src/plan/exclude';
import { holdRollout, rolloutProgress, stopRollout } from '../messages';
import { announce } from '../shared/announce';
import { onSignal } from '../shared/hear';
import { Operator } from '../shared/operator';
import { givesUpPlanning } from '../shared/patches';
import { showSubject } from '../shared/show';

export interface RolloutInput {
  app: string;
  environment: string;
  request: RolloutRequest;
  /** The environment's recorded release. */
  current?: RecordRef;
  /** The releases it may go back to. */
  keep: RecordRef[];
  /** The secret hashes of each release. */
  ran: Record<string, SecretHashes>;
  counter: number;
  /** Hosts excluded earlier. */
  excluded?: string[];
  /** The head of the ledger that the environment knows of. */
  ledger?: string;
}

export type FullPlan = Extract<Planned, { plan: unknown }>;

/** The state of a rollout, and its messages. */
export class RolloutRun {
  readonly operator = new Operator();
  readonly progress: RolloutProgress;
  /** The records of the releases involved. */
  readonly records: Record<string, RecordRef>;
  /** Hosts excluded during this rollout. */
  readonly excluded = new Set<string>();
  operators: { now: string[]; next: string[] } = { now: [], next: [] };
  secrets: SecretHashes = {};
  besides?: string[];
  /** The fencing token: the proxies refuse routes with an older one. */
  counter: number;
  stopped?: string;
  /** Why it waits at the next safe point. */
  held?: string;
  /** The first failure, which is why everything is undone. */
  trouble?: Failure;
  /** The running work that a stop cancels: planning, or a batch of steps. */
  planning?: CancellationScope;
  batch?: CancellationScope;
  /** Settles when the ledger has the commit. */
  recorded?: Promise<void>;
  /** The head of the ledger, once this rollout has written to it. */
  ledger?: string;

  constructor(readonly input: RolloutInput) {
    const { app, environment, request, current } = input;
    this.counter = input.counter;
    const refs = [request.record, current, request.left].filter((ref) => ref !== undefined);
    this.records = Object.fromEntries(refs.map((ref) => [ref.release, ref]));
    this.progress = { app, environment, release: request.record?.release, steps: {} };
    showSubject({ app, environment, release: request.record?.release });
    setHandler(rolloutProgress, () => ({ ...this.progress, held: this.stopped ?? this.held }));
    onSignal(stopRollout, ({ reason }) => this.stop(reason));
    onSignal(holdRollout, ({ held, why }) => void (this.held = held ? why : undefined));
  }

  /** The release it rolls out. */
  get target(): string {
    return this.input.request.record?.release ?? 'nothing';
  }

  /** The subject of its events, and their ledger. */
  get about(): About {
    const { app, environment, request } = this.input;
    return { app, environment, release: request.record?.release, by: request.by };
  }

  get registry(): RegistryAccess | undefined {
    const { request, current } = this.input;
    return request.record?.registry ?? current?.registry;
  }

  async announce(event: Event, registry: RegistryAccess | undefined): Promise<void> {
    this.ledger = (await announce(event, registry)) ?? this.ledger;
  }

  stop(reason: string): void {
    if (this.stopped) return;
    this.stopped = reason;
    this.batch?.cancel();
    if (this.planning && givesUpPlanning()) this.planning.cancel();
  }

  take(planned: FullPlan): void {
    this.progress.plan = planned.plan;
    this.progress.planHash = planned.hash;
    // A host that was excluded while others were observed, and is back, participates.
    for (const host of targetsOf(planned.plan)) this.excluded.delete(host);
    this.secrets = planned.secrets;
    this.besides = planned.besides;
    this.operators = { now: planned.operators, next: planned.next };
    // If the environment's workflow was lost, its counter restarts at one, but the proxies' do not.
    this.counter = Math.max(this.counter, planned.counter + 1);
  }

  /** Why it is refused before planning: without the gate of a release, nothing may pass as one. */
  refuse(): Failure | undefined {
    const { app, environment, request, keep } = this.input;
    const refused = (message: string) => ({ kind: 'not-allowed', message });
    if (workflowInfo().parent?.workflowId !== environmentId(app, environment))
      return refused(`only ${environmentId(app, environment)} may start a rollout. To request one: windlass release`);
    if (request.kind === 'rollback' && !keep.some(({ digest }) => digest === request.record?.digest))
      return refused(`${environment}: never ran ${this.target}, so it cannot go back to it. Release it instead`);
    return undefined;
  }

  /** Was this plan approved, or does it need no approval? */
  isApproved({ hash, gates = [] }: FullPlan): boolean {
    const { request, current } = this.input;
    if (request.approved) return isSamePlan(request.approved.hash, hash);
    // A service that stays on the current release was approved when it came.
    return gates.length === 0 || (request.forget !== undefined && request.record?.digest === current?.digest);
  }

  mark(id: string, progress: StepProgress): void {
    this.progress.steps[id] = { ...this.progress.steps[id], ...progress };
  }

  async tellEnvironment<Args extends [unknown]>(signal: { name: string }, ...args: Args): Promise<void> {
    const { parent } = workflowInfo();
    if (!parent) return;
    // If the environment was terminated, the running work is still finished.
    await CancellationScope.nonCancellable(() =>
      getExternalWorkflowHandle(parent.workflowId)
        .signal(signal.name, ...args)
        .catch(() => undefined),
    );
  }
}
