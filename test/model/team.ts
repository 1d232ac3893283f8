import { createHash } from 'node:crypto';
import type { ReleaseRecord } from '../../src/manifest/record/record';
import {
  type ApprovalPolicy,
  askAgain,
  type Decision,
  isCounted,
  type OpenQuestion,
  refuseDecision,
  verdict,
} from '../../src/model/approval/decision';
import {
  type ApprovedPlan,
  latestNews,
  type RolloutNews,
  type RolloutRequest,
  type RolloutResult,
} from '../../src/model/environment/environment';
import { EnvironmentQueue } from '../../src/model/environment/queue';
import type { Plan } from '../../src/model/plan';
import type { RecordRef } from '../../src/model/release';
import type { StepQuestion } from '../../src/model/approval/question';
import { findRollbackTarget } from '../../src/model/environment/rollback';
import { Refused } from '../../src/plan/planning';
import { planRollout } from '../../src/plan/plan-rollout';
import { planning } from '../src/plan/fixtures';
import { SimulatedHosts } from './hosts';
import { Chance } from './ports';
import { Rollout } from './rollout';
import type { Turns } from './turns';

export const [ANA, BEN, CI, OPS] = ['ana@example.com', 'ben@example.com', 'ci@example.com', 'ops@example.com'];
export const PRODUCTION = 'production';

type Planned = { plan: Plan; hash: string } | { refused: string };

/**
 * Production with its single writer, and all who ask something of it, as the workflows do it around the same rules: a line, an
 * approval, an interpreter. What goes from one to the other takes its time, and may be overtaken.
 */
export class Team {
  readonly hosts = new SimulatedHosts();
  readonly records = new Map<string, ReleaseRecord>();
  line = EnvironmentQueue.of('shop', PRODUCTION);
  /** What runs, wherever its worker is; and what it was told while it was planned. */
  child?: Rollout;
  private early: { stop?: string; held?: boolean } = {};
  /** What the environment knows to be asked. */
  question?: StepQuestion;
  readonly rollouts: Rollout[] = [];
  /** What was told of each request: it must end once. */
  readonly ends = new Map<string, RolloutResult[]>();
  /** What must never be. */
  readonly broken: string[] = [];
  readonly requesters = new Map<string, Requester>();
  /** What was decided, by release and plan, as it was sent; the rules have no part in it. */
  readonly sent: { release: string; decision: Decision }[] = [];
  /** How many rollouts were under way at the same time, at most. */
  private live = 0;
  private readonly withdrawn = new Set<string>();

  constructor(
    readonly turns: Turns,
    private chance: Chance,
    /** How many turns it takes to hear that a rollout has begun, beyond one. */
    private readonly starts: Chance,
    readonly policy: ApprovalPolicy | undefined,
  ) {
    void this.work();
  }

  // ---- the environment

  private async work(): Promise<void> {
    for (;;) {
      await this.turns.until(() => this.line.hasWork());
      await this.carryOutNext();
    }
  }

  private async carryOutNext(): Promise<void> {
    const isFirst = this.line.state.interrupted !== undefined;
    if (isFirst) await this.restoreIfInterrupted();
    if (isFirst && !this.line.hasWork()) return;
    const request = this.line.take();
    if (!request) return;
    const { frozen, queue } = this.line.state;
    if (request.kind !== 'rollback') {
      if (frozen) this.broken.push(`${request.id} is begun although all is frozen`);
      if (queue.some(({ kind }) => kind === 'rollback')) this.broken.push(`${request.id} goes before a rollback`);
    }
    const result = this.line.refusal() ?? (await this.carryOut(request));
    await this.restoreIfInterrupted();
    this.line.ended(request, result, 'now');
    await this.tell(request.requester, { request: request.id, state: 'ended', result });
  }

  private async restoreIfInterrupted(): Promise<void> {
    const restoration = this.line.restoration('environment');
    if (!restoration) return;
    const result = await this.carryOut(restoration.request);
    this.line.restored(restoration, result);
  }

  private async carryOut(request: RolloutRequest): Promise<RolloutResult> {
    this.line.begin(request);
    this.early = {};
    const whole = this.start(request);
    // Its worker may be gone, and the rollout over before it is known that it has begun.
    for (let left = this.starts.next(); left >= 0; left -= 1) await this.turns.next();
    const ends = this.line.started(request, 'run');
    void this.tell(request.requester, { request: request.id, state: 'started', runId: 'run' });
    if (ends !== undefined) this.stop(ends);
    if (this.line.state.frozen) this.hold(true);
    const result = await whole;
    try {
      if (result !== 'terminated') return result;
      this.line.interrupt(request, 'terminated');
      await this.turns.next();
      return this.line.afterInterruption(request, 'terminated');
    } finally {
      this.question = undefined;
      this.line.stopped();
    }
  }

  /** The rollout itself, wherever it runs. */
  private async start(request: RolloutRequest): Promise<RolloutResult | 'terminated'> {
    const { counter, excluded } = structuredClone(this.line.state);
    const left = excluded?.map(({ host }) => host);
    await this.turns.next();
    const planned = this.plan(request, left);
    if ('refused' in planned) return { status: 'refused', failure: { kind: 'refused', message: planned.refused } };
    const { plan, hash } = planned;
    if (request.approved && request.approved.hash !== hash)
      return { status: 'replan', plan: hash, differences: ['it differs'] };
    const { turns, hosts, records, chance } = this;
    const scope = { environment: PRODUCTION, counter, records };
    this.child = new Rollout(request, plan, hash, [OPS!], turns, this, hosts, scope, chance);
    this.rollouts.push(this.child);
    if ((this.live += 1) > 1) this.broken.push('two write at the same time');
    if (this.early.stop !== undefined) this.child.stop(this.early.stop);
    this.child.held = Boolean(this.early.held);
    const result = await this.child.result;
    this.live -= 1;
    this.child = undefined;
    return result;
  }

  plan({ kind, record, left }: Pick<RolloutRequest, 'kind' | 'record' | 'left'>, excluded: string[] = []): Planned {
    const of = (ref: RecordRef | undefined) => ref && this.records.get(ref.release);
    const [wanted, current, before] = [of(record), of(this.line.state.current?.record), of(left)];
    const hosts = [wanted, current, before].flatMap(
      (one) => one?.environments[0]?.targets.map(({ name }) => name) ?? [],
    );
    const db = wanted?.environments[0]?.services.find(({ name }) => name === 'db');
    try {
      const plan = planRollout(
        planning({
          kind,
          wanted,
          current,
          left: before,
          excluded,
          observed: this.hosts.observe(PRODUCTION, [...new Set(hosts)].sort()),
          accessorySpecs: db ? { db: db.image } : {},
        }),
      );
      return { plan, hash: createHash('sha256').update(JSON.stringify(plan)).digest('hex').slice(0, 12) };
    } catch (error) {
      if (error instanceof Refused) return { refused: error.message };
      throw error;
    }
  }

  enqueue(request: RolloutRequest): void {
    const place = this.line.enqueue(request);
    if (!place) return;
    if (place.ends !== undefined) this.stop(place.ends);
    if (place.behind !== undefined)
      void this.tell(request.requester, { request: request.id, state: 'queued', behind: place.behind });
  }

  withdraw(id: string): void {
    this.withdrawn.add(id);
    const { withdrawn, ends } = this.line.withdraw({ id, reason: 'cancelled' });
    if (withdrawn)
      void this.tell(withdrawn.request.requester, { request: id, state: 'ended', result: withdrawn.result });
    if (ends !== undefined) this.stop(ends);
  }

  freeze(by: string): string | undefined {
    const refusal = this.line.refuseFreeze(by);
    if (refusal !== undefined) return refusal;
    this.line.freeze({ by, reason: 'sale', at: 'now' });
    this.hold(true);
    return undefined;
  }

  thaw(by: string): string | undefined {
    const refusal = this.line.refuseThaw(by);
    if (refusal !== undefined) return refusal;
    this.line.thaw();
    this.hold(false);
    return undefined;
  }

  /** What has not begun, as far as is known, cannot be told anything. */
  private stop(reason: string): void {
    if (!this.line.state.running) return;
    this.early.stop ??= reason;
    this.child?.stop(reason);
  }

  private hold(held: boolean): void {
    if (!this.line.state.running || !this.line.canBeHeld()) return;
    this.early.held = held;
    if (this.child) this.child.held = held;
  }

  private async tell(requester: string, news: RolloutNews): Promise<void> {
    if (news.state === 'ended') this.ends.set(news.request, [...(this.ends.get(news.request) ?? []), news.result]);
    await this.turns.next();
    this.requesters.get(requester)?.hear(news);
  }

  /** All of it is replayed elsewhere: what the line knows is its state, and no more. */
  async crash(): Promise<void> {
    this.line = new EnvironmentQueue(JSON.parse(JSON.stringify(this.line.state)) as EnvironmentQueue['state']);
    if (this.child) this.broken.push(...(await this.child.crash()));
  }

  /** From here on nothing fails. */
  calm(): void {
    this.chance = new Chance([]);
  }

  /** Nothing fails meanwhile. */
  async calmly(action: () => Promise<void>): Promise<void> {
    const { chance, policy } = this;
    Object.assign(this, { chance: new Chance([]), policy: undefined });
    await action();
    Object.assign(this, { chance, policy });
  }

  // ---- what a rollout tells

  asks(request: string, question?: StepQuestion): void {
    if (!this.line.isRunning(request) && !this.line.isStarting(request)) return;
    this.question = question;
    const { running } = this.line.state;
    if (running) void this.tell(running.requester, { request, state: 'asking', question });
  }

  excludes(request: string, host: string): void {
    this.line.exclude(request, { host, by: OPS!, reason: 'away', at: 'now' });
  }

  commits(request: string, level: string[]): void {
    this.line.commit({ request, at: 'now', level, operators: [OPS!], secrets: {} });
  }

  sees({ request, hash, plan, stopped }: Rollout): void {
    const goesBack = request.kind === 'release' && this.line.state.queue.some(({ kind }) => kind === 'rollback');
    // Of what has not begun, as far as is known, nobody can be told to stop; it is as soon as it is known.
    const isKnown = this.line.isRunning(request.id);
    if (isKnown && stopped === undefined && (goesBack || this.withdrawn.has(request.id)))
      this.broken.push(`${request.id} goes on, and ${goesBack ? 'a rollback waits' : 'it was withdrawn'}`);
    const requester = this.requesters.get(request.requester);
    if (requester?.status)
      this.broken.push(`${request.id} goes on, and ${requester.id} has ended: ${requester.status}`);
    if (request.kind !== 'release' || !this.policy) return;
    const approvals = this.sent.filter(
      ({ release, decision }) =>
        release === plan.release && decision.plan === hash && decision.decision === 'approve' && decision.by !== CI,
    );
    const persons = new Set(
      approvals.map(({ decision }) => decision.by).filter((by) => this.policy!.from.includes(by)),
    );
    if (persons.size < this.policy.count) this.broken.push(`${request.id} goes past the gate: ${hash}`);
  }
}

type ReleaseEnd = 'done' | 'failed' | 'cancelled' | 'rejected';

/** Whoever asks for a rollout, and is told how it ends. */
export abstract class Requester {
  status?: ReleaseEnd;
  protected cancelled = false;
  private news: Record<string, RolloutNews> = {};
  private requests = 0;

  constructor(
    readonly id: string,
    protected readonly team: Team,
    private readonly twice: boolean,
  ) {
    team.requesters.set(id, this);
  }

  hear(news: RolloutNews): void {
    this.news[news.request] = latestNews(this.news[news.request], news);
  }

  cancel(): void {
    this.cancelled = true;
  }

  /** At least once: an activity may have asked already when it is tried again. */
  protected async request(
    request: Pick<RolloutRequest, 'kind' | 'record' | 'approved' | 'by'>,
  ): Promise<RolloutResult> {
    const { team } = this;
    const id = `${this.id}#${(this.requests += 1)}`;
    const ask = () => team.enqueue({ id, requester: this.id, ...request });
    await team.turns.next();
    ask();
    if (this.twice) await team.turns.next().then(ask);
    const result = await this.outcome(id, () => this.cancelled);
    if (result) return result;
    await team.turns.next();
    team.withdraw(id);
    return (await this.outcome(id, () => false))!;
  }

  private async outcome(id: string, given: () => boolean): Promise<RolloutResult | undefined> {
    for (;;) {
      await this.team.turns.until(() => this.news[id] !== undefined || given());
      const news = this.news[id];
      delete this.news[id];
      if (news?.state === 'ended') return news.result;
      if (given()) return undefined;
    }
  }
}

/** Where its record lies. */
export const refOf = (release: string): RecordRef => ({
  app: 'shop',
  release,
  registry: { address: 'registry' },
  digest: release,
});

/** A release, from the gate on: nobody is asked where there is no policy. */
export class Release extends Requester {
  open?: OpenQuestion;
  /** How often it has asked about another plan than before: what was decided until then counts no more. */
  asked = 0;

  async run(): Promise<void> {
    this.status = await this.carry();
  }

  private async carry(): Promise<ReleaseEnd> {
    const record = refOf(this.id);
    for (;;) {
      const approved = await this.ask();
      if (typeof approved === 'string') return approved;
      const result = await this.request({ kind: 'release', record, approved, by: CI! });
      if (result.status === 'committed') return this.cancelled ? 'cancelled' : 'done';
      if (result.status === 'undone') return result.cancelled ? 'cancelled' : 'failed';
      if (result.status === 'refused') return 'failed';
      if (this.cancelled) return 'cancelled';
    }
  }

  private look(): Planned {
    const { state } = this.team.line;
    return this.team.plan(
      { kind: 'release', record: refOf(this.id) },
      state.excluded?.map(({ host }) => host),
    );
  }

  private async ask(): Promise<ApprovedPlan | undefined | ReleaseEnd> {
    const { policy, turns } = this.team;
    await turns.next();
    if (this.cancelled) return 'cancelled';
    if (!policy) return undefined;
    const planned = this.look();
    if ('refused' in planned) return 'failed';
    this.put({ environment: PRODUCTION, plan: planned.hash, policy, startedBy: CI!, decisions: [] });
    await turns.until(() => this.cancelled || (this.open !== undefined && verdict(this.open) !== 'open'));
    const { open } = this;
    this.open = undefined;
    if (!open || verdict(open) === 'open') return 'cancelled';
    if (verdict(open) === 'rejected') return 'rejected';
    return { hash: open.plan, before: [], changes: [] };
  }

  private put(open: OpenQuestion): void {
    if (open.plan !== this.open?.plan) this.asked += 1;
    this.open = open;
  }

  /** What its sender is told; undefined when it counts. */
  async decide(decision: Decision): Promise<string | undefined> {
    const refusal = refuseDecision(this.open, decision);
    if (refusal !== undefined || isCounted(this.open, decision)) return refusal;
    if (decision.decision === 'approve') {
      await this.team.turns.next();
      const now = this.look();
      const again =
        'refused' in now || now.hash === decision.plan ? undefined : askAgain(this.open, decision, now.hash);
      if (again) this.put(again);
    }
    const later = refuseDecision(this.open, decision);
    if (later !== undefined || isCounted(this.open, decision)) return later;
    this.open?.decisions.push(decision);
    return undefined;
  }
}

export class Rollback extends Requester {
  async run(): Promise<void> {
    await this.team.turns.next();
    const target = findRollbackTarget(this.team.line.state);
    if (!target) return void (this.status = 'failed');
    const { status } = await this.request({ kind: 'rollback', record: target.record, by: OPS! });
    this.status = status === 'committed' ? 'done' : 'failed';
  }
}
