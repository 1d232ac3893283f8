import { setTimeout as pause } from 'node:timers/promises';
import { type Report, sendRequests } from '../demo/client';
import type { Ended } from '../demo/windlass';
import type { EnvironmentState } from '../src/model/environment';
import type { Answer } from '../src/model/question';
import type { RolloutProgress } from '../src/model/progress';
import { type Arena, releaseCommand } from './arena';
import { findRelease, mixedAnswers } from './check';
import { type Fault, FAULTS, type Mend } from './faults';
import type { Flow, Triple } from './triples';
import type { Met, Point } from './wire';

export interface Played extends Triple {
  point: Point;
  seed: number;
}

export interface Result extends Played {
  ended: 'new' | 'old' | 'neither';
  /** What operators were asked, and answered. */
  answers: readonly Answer[];
  /** Requests that failed, those that the fault itself costs included. */
  failed: number;
  sent: number;
  /** From the fault until all was as it should be. */
  seconds: number;
  /** Invariants that did not hold; empty, or a defect. */
  broken: string[];
}

const PER_SECOND = 10;
/** Longer than every fault and every time-out that one run can meet. */
const LONGEST_MS = 240_000;
/** For what is cleaned after the flow has ended. */
const CLEAN_WITHIN_MS = 60_000;
/** An activity is given up after so long, where the host does not come back by itself. */
const PATIENCE_MS = 8_000;
/** Somebody notices a full disk, asked or not. */
const NOTICED_AFTER_MS = 8_000;

/** The flow did not come to an end: a broken invariant, after which nothing more can be played there. */
export class NotEnded extends Error {}

/** Plays a triple; undefined when its boundary never came. Throws `NotEnded`. */
export async function play(arena: Arena, played: Played): Promise<Result | undefined> {
  const one = new Play(arena, played);
  return await one.play();
}

class Play {
  private readonly fault: Fault;
  private readonly broken: string[] = [];
  private readonly answers: Answer[] = [];
  private before = '';
  private mend?: Mend;
  private ended?: Ended;

  constructor(
    private readonly arena: Arena,
    private readonly played: Played,
  ) {
    this.fault = FAULTS[played.fault];
  }

  async play(): Promise<Result | undefined> {
    const { arena, played, fault } = this;
    const { state, release, command } = await this.begin(played.flow);
    this.before = state.current?.record.release ?? '';
    if (fault.isForGood) arena.wire.patienceMs = PATIENCE_MS;
    const clients = arena.hosts.all.map((host) => ({
      host,
      client: sendRequests(arena.targetOf(host.ip), PER_SECOND),
    }));
    const reached = arena.wire.meet({
      workflowId: arena.rolloutId,
      operation: played.operation,
      point: played.point,
      ...(played.flow === 'unwinding' && played.operation !== 'verify' && { afterFailed: 'verify' }),
    });
    const command_ = arena.windlass(...command).then((ended) => (this.ended = ended));
    const met = await Promise.race([reached, command_.then(() => undefined)]);
    const host = arena.hosts.all.find(({ name }) => name === met?.host) ?? arena.hosts.all[1]!;
    const struckAt = Date.now();
    if (met) await this.strike(met, host, release);
    arena.wire.forget();
    await this.untilIdle();
    if (!fault.isForGood) await this.mendNow();
    const others = fault.isForGood ? [host.name] : [];
    const now = await this.agree(others);
    const seconds = Math.round((Date.now() - struckAt) / 100) / 10;
    arena.wire.patienceMs = undefined;
    if (fault.isForGood) await this.bringLevel();
    // The load goes on for a moment after the end, for what comes late.
    await pause(300);
    const reports = await Promise.all(
      clients.map(async ({ host: at, client }) => ({ at, report: await client.stop() })),
    );
    for (const { at, report } of reports) this.judge(report, at.name, at === host);
    if (!met) return undefined;
    const status = this.ended?.status;
    const ends = now === undefined ? 'neither' : now === this.before ? 'old' : 'new';
    this.expect(ends, status);
    const sum = (word: 'failed' | 'sent') => reports.reduce((all, { report }) => all + report[word], 0);
    return {
      ...played,
      ended: ends,
      answers: this.answers,
      failed: sum('failed'),
      sent: sum('sent'),
      seconds,
      broken: this.broken,
    };
  }

  /** What a flow is begun with, and the release that it brings. */
  private async begin(flow: Flow) {
    const { arena, fault } = this;
    const state = await arena.environment.query<EnvironmentState>('state');
    if (flow === 'rollback') {
      await arena.forgetUnused();
      const release = state.committed.find((one) => one.release !== state.current?.release)?.release ?? '';
      return {
        state,
        release,
        command: ['rollback', 'production', release, '--by', 'ops@example.com', '--reason', 'chaos'],
      };
    }
    const { commit, release } = await arena.commit(fault.kind ?? (flow === 'unwinding' ? 'poor' : 'fine'));
    return { state, release, command: releaseCommand(commit) };
  }

  private async strike(met: Met, host: Arena['hosts']['all'][number], release: string): Promise<void> {
    const { arena, fault, played } = this;
    const holds = fault.holdsReport && played.point === 'effect done';
    const mend = await fault.strike({ arena, point: played.point, host, release, letGo: met.letGo });
    if (!holds) met.letGo();
    if (!mend) return;
    this.mend = async () => {
      met.letGo();
      await mend();
    };
    if (played.fault === 'disk full') setTimeout(() => void this.mendNow(), NOTICED_AFTER_MS).unref();
  }

  private async mendNow(): Promise<void> {
    const { mend } = this;
    this.mend = undefined;
    await mend?.();
  }

  /** Until the command has ended and nothing is in progress; meanwhile questions are answered as an operator would. */
  private async untilIdle(): Promise<void> {
    const { arena } = this;
    const end = Date.now() + LONGEST_MS;
    for (;;) {
      const state = await quickly(arena.environment.query<EnvironmentState>('state'));
      const isIdle = state && !state.running && state.queue.length === 0 && !state.interrupted;
      if (this.ended && isIdle) return;
      if (Date.now() > end)
        throw new NotEnded(`it did not end within ${LONGEST_MS / 1_000} s: ${JSON.stringify(state)}`);
      if (state?.running) {
        const rollout = await quickly(arena.rollout.query<RolloutProgress>('progress'));
        if (rollout?.question) await this.answer(Object.keys(rollout.question.answers) as Answer[]);
      }
      await pause(200);
    }
  }

  /** Mends what can be mended, then says what is to be done, which follows from the seed. */
  private async answer(offered: Answer[]): Promise<void> {
    const { arena, fault, played } = this;
    if (!fault.isForGood) await this.mendNow();
    const sensible: Answer[] = fault.isForGood ? ['exclude-host', 'rollback'] : ['retry', 'rollback'];
    const possible = sensible.filter((one) => offered.includes(one));
    const answer = possible[played.seed % Math.max(possible.length, 1)] ?? 'skip';
    const by = ['--by', 'ops@example.com', '--reason', `after: ${played.fault}`];
    const { status } = await arena.windlass('resolve', 'production', answer, ...by);
    if (status === 0) this.answers.push(answer);
  }

  /** The release that everything agrees on, the hosts that are gone left out. What follows the end is waited for. */
  private async agree(gone: string[]): Promise<string | undefined> {
    const { arena } = this;
    const place = arena.place();
    const hosts = place.hosts.filter(({ name }) => !gone.includes(name));
    const end = Date.now() + CLEAN_WITHIN_MS;
    for (;;) {
      try {
        return await findRelease({ ...place, hosts }, arena.releaseOf);
      } catch (error) {
        if (Date.now() > end) return void this.broken.push((error as Error).message);
        await pause(250);
      }
    }
  }

  /** The host is back, and the next release brings it level. */
  private async bringLevel(): Promise<void> {
    await this.mendNow();
    await this.arena.releaseWell();
    await this.agree([]);
  }

  /** What the client's log says. */
  private judge({ failed, failures, answers }: Report, host: string, isStruck: boolean): void {
    if (failed > 0 && !(this.fault.costsRequests && isStruck))
      this.broken.push(`${failed} requests to ${host} failed: ${failures[0]}`);
    for (const answer of mixedAnswers(answers)) this.broken.push(`two releases answered together: ${answer}`);
  }

  /** What the command said must be what is. */
  private expect(ends: Result['ended'], status: number | null | undefined): void {
    const said = status === 0 ? 'new' : status === 3 || status === 5 ? 'old' : undefined;
    if (said && said !== ends && this.answers.length === 0 && !this.fault.endsOld)
      this.broken.push(`ended ${ends}, and the command said ${status}: ${this.ended?.stdout.slice(-300)}`);
  }
}

/** A question to a workflow waits for a worker, who may be dead now. */
async function quickly<T>(asked: Promise<T>): Promise<T | undefined> {
  asked.catch(() => undefined);
  return await Promise.race([asked.catch(() => undefined), pause(3_000, undefined, { ref: false })]);
}
