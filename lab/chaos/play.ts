import { setTimeout as pause } from 'node:timers/promises';
import { type Report, sendRequests } from '../traffic/client';
import type { Ended } from '../windlass';
import type { EnvironmentState } from '../../src/model/environment/environment';
import type { OperatorAnswer } from '../../src/model/approval/question';
import type { RolloutProgress } from '../../src/model/environment/progress';
import { type ChaosTestBed, releaseCommand } from './test-bed';
import { findRelease, mixedAnswers } from './check';
import { type Fault, FAULTS, type Repair } from './faults';
import type { Flow, Triple } from './triples';
import type { Met, Point } from '../faults/wire';

export interface Played extends Triple {
  point: Point;
  seed: number;
}

export interface Result extends Played {
  ended: 'new' | 'old' | 'neither';
  /** What operators were asked, and answered. */
  answers: readonly OperatorAnswer[];
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
export async function play(bed: ChaosTestBed, played: Played): Promise<Result | undefined> {
  const one = new Play(bed, played);
  return await one.play();
}

class Play {
  private readonly fault: Fault;
  private readonly broken: string[] = [];
  private readonly answers: OperatorAnswer[] = [];
  private before = '';
  private repair?: Repair;
  private ended?: Ended;

  constructor(
    private readonly bed: ChaosTestBed,
    private readonly played: Played,
  ) {
    this.fault = FAULTS[played.fault];
  }

  async play(): Promise<Result | undefined> {
    const { bed, played, fault } = this;
    const { state, release, command } = await this.begin(played.flow);
    this.before = state.current?.record.release ?? '';
    if (fault.isForGood) bed.wire.patienceMs = PATIENCE_MS;
    const clients = bed.hosts.all.map((host) => ({
      host,
      client: sendRequests(bed.targetOf(host.ip), PER_SECOND),
    }));
    const reached = bed.wire.meet({
      workflowId: bed.rolloutId,
      operation: played.operation,
      point: played.point,
      ...(played.flow === 'unwinding' && played.operation !== 'verify' && { afterFailed: 'verify' }),
    });
    const command_ = bed.windlass(...command).then((ended) => (this.ended = ended));
    const met = await Promise.race([reached, command_.then(() => undefined)]);
    const host = bed.hosts.all.find(({ name }) => name === met?.host) ?? bed.hosts.all[1]!;
    const struckAt = Date.now();
    if (met) await this.strike(met, host, release);
    bed.wire.forget();
    await this.untilIdle();
    if (!fault.isForGood) await this.mendNow();
    const others = fault.isForGood ? [host.name] : [];
    const now = await this.agree(others);
    const seconds = Math.round((Date.now() - struckAt) / 100) / 10;
    bed.wire.patienceMs = undefined;
    if (fault.isForGood) await this.bringLevel();
    // The load continues briefly after the end, for late effects.
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
    const { bed, fault } = this;
    const state = await bed.environment.query<EnvironmentState>('state');
    if (flow === 'rollback') {
      await bed.forgetUnused();
      const release = state.committed.find((one) => one.release !== state.current?.release)?.release ?? '';
      return {
        state,
        release,
        command: ['rollback', 'production', release, '--by', 'ops@example.com', '--reason', 'chaos'],
      };
    }
    const { commit, release } = await bed.commit(fault.kind ?? (flow === 'unwinding' ? 'poor' : 'fine'));
    return { state, release, command: releaseCommand(commit) };
  }

  private async strike(met: Met, host: ChaosTestBed['hosts']['all'][number], release: string): Promise<void> {
    const { bed, fault, played } = this;
    const holds = fault.holdsReport && played.point === 'effect done';
    const repair = await fault.strike({ bed, point: played.point, host, release, letGo: met.letGo });
    if (!holds) met.letGo();
    if (!repair) return;
    this.repair = async () => {
      met.letGo();
      await repair();
    };
    if (played.fault === 'disk full') setTimeout(() => void this.mendNow(), NOTICED_AFTER_MS).unref();
  }

  private async mendNow(): Promise<void> {
    const { repair } = this;
    this.repair = undefined;
    await repair?.();
  }

  /** Until the command has ended and nothing is in progress; meanwhile questions are answered as an operator would. */
  private async untilIdle(): Promise<void> {
    const { bed } = this;
    const end = Date.now() + LONGEST_MS;
    for (;;) {
      const state = await quickly(bed.environment.query<EnvironmentState>('state'));
      const isIdle = state && !state.running && state.queue.length === 0 && !state.interrupted;
      if (this.ended && isIdle) return;
      if (Date.now() > end)
        throw new NotEnded(`it did not end within ${LONGEST_MS / 1_000} s: ${JSON.stringify(state)}`);
      if (state?.running) {
        const rollout = await quickly(bed.rollout.query<RolloutProgress>('progress'));
        if (rollout?.question) await this.answer(Object.keys(rollout.question.answers) as OperatorAnswer[]);
      }
      await pause(200);
    }
  }

  /** Repairs what it can, then chooses an answer by the seed. */
  private async answer(offered: OperatorAnswer[]): Promise<void> {
    const { bed, fault, played } = this;
    if (!fault.isForGood) await this.mendNow();
    const sensible: OperatorAnswer[] = fault.isForGood ? ['exclude-host', 'rollback'] : ['retry', 'rollback'];
    const possible = sensible.filter((one) => offered.includes(one));
    const answer = possible[played.seed % Math.max(possible.length, 1)] ?? 'skip';
    const by = ['--by', 'ops@example.com', '--reason', `after: ${played.fault}`];
    const { status } = await bed.windlass('resolve', 'production', answer, ...by);
    if (status === 0) this.answers.push(answer);
  }

  /** The release that everything agrees on, the hosts that are gone left out. What follows the end is waited for. */
  private async agree(gone: string[]): Promise<string | undefined> {
    const { bed } = this;
    const place = bed.place();
    const hosts = place.hosts.filter(({ name }) => !gone.includes(name));
    const end = Date.now() + CLEAN_WITHIN_MS;
    for (;;) {
      try {
        return await findRelease({ ...place, hosts }, bed.releaseOf);
      } catch (error) {
        if (Date.now() > end) return void this.broken.push((error as Error).message);
        await pause(250);
      }
    }
  }

  /** The host is back, and the next release updates it. */
  private async bringLevel(): Promise<void> {
    await this.mendNow();
    await this.bed.releaseWell();
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
