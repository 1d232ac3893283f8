import type { Client } from '@temporalio/client';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Windlass } from '../../windlass';
import { environmentId, releaseId, rolloutId } from '../../../src/model/names';
import type { RolloutProgress } from '../../../src/model/environment/progress';
import { type History, readHistory, type Span } from '../figures/history';
import type { Turn } from '../rounds';
import { splitTimeline, type Spent } from '../figures/timeline';

/** One command, and what Temporal recorded of it. */
export interface WindlassTurn extends Turn {
  /** The command's own workflow first. */
  histories: { kind: string; history: History }[];
  spent: Spent;
  /** When the command began, in milliseconds since 1970. */
  from: number;
  /** From the first step of prepare to the end of its last. */
  prepareMs: number;
}

/** When the last activity of this type was done. */
const switchedAt = (histories: WindlassTurn['histories']): number =>
  Math.max(
    ...histories
      .flatMap(({ history }) => history.activities)
      .flatMap(({ type, to }) => (type === 'switchRoutes' ? [to] : [])),
  );

const ENVIRONMENT = 'production';
export const BY = 'bench@example.com';
export const APPROVER = 'release-manager@example.com';

/** The side of windlass: its program, as people and CI run it. */
export class WindlassSide {
  /** Every turn so far, those that warmed up among them. */
  readonly runs: WindlassTurn[] = [];

  constructor(
    private readonly windlass: Windlass,
    readonly app: string,
    private readonly client: Client,
  ) {}

  /** To its end, whatever that is expected to be. */
  async release(commit: string, options: string[] = [], expected = 0): Promise<WindlassTurn> {
    return await this.run('release', this.releaseOf(commit, options, 'done'), expected);
  }

  rollback(): Promise<WindlassTurn> {
    return this.run('rollback', ['rollback', ENVIRONMENT, '--by', BY, '--reason', 'to measure it']);
  }

  /** From the approval on; what comes before is not measured. */
  async approve(commit: string, options: string[]): Promise<WindlassTurn> {
    const { release, waitingFor } = await this.windlass.read<{ release: string; waitingFor: { plan: string } }>(
      ...this.releaseOf(commit, options, 'awaiting-approval'),
    );
    const args = ['approve', release, ENVIRONMENT, '--plan', waitingFor.plan, '--by', APPROVER];
    const { from } = await this.command(args);
    const id = releaseId(this.app, release);
    await this.client.workflow.getHandle(id).result();
    return await this.turn('release', id, { from, to: Date.now() });
  }

  /** A rollback of what soaks, whose former instances are warm. */
  async rollbackWarm(commit: string, options: string[]): Promise<WindlassTurn> {
    const released = this.windlass.run(...this.releaseOf(commit, options, 'done'));
    const runId = await this.untilItSoaks();
    const turn = await this.rollback();
    // Going back is the soaking rollout's own undo; what the rollback itself does then finds it done.
    const command = { from: turn.from, to: turn.from + turn.ms };
    const { activities } = await readHistory(this.client, rolloutId(this.app, ENVIRONMENT), command, runId);
    const undone = activities.find(({ type }) => type === 'switchRoutes');
    if (!undone) throw new Error(`${this.app}: the traffic was not switched back`);
    const { status, stdout, stderr } = await released;
    if (status !== 3 && status !== 5)
      throw new Error(`the release that was rolled back ended with ${status}:\n${stdout}${stderr}`);
    return { ...turn, switchedMs: undone.to - turn.from };
  }

  /** Returns the run of the rollout. */
  private async untilItSoaks(): Promise<string> {
    const rollout = this.client.workflow.getHandle(rolloutId(this.app, ENVIRONMENT));
    for (const end = Date.now() + 60_000; ; await sleep(50)) {
      const progress = await rollout.query<RolloutProgress>('progress').catch(() => undefined);
      const soaks = Object.entries(progress?.steps ?? {}).some(
        ([id, { state }]) => id.startsWith('soak') && state === 'running',
      );
      if (soaks) return (await rollout.describe()).runId;
      if (Date.now() > end) throw new Error(`${this.app} did not come to its soak within a minute`);
    }
  }

  private releaseOf = (commit: string, options: string[], until: string) => [
    'release',
    '--commit',
    commit,
    '--by',
    BY,
    '--until',
    until,
    ...options,
  ];

  private async run(kind: string, args: string[], expected = 0): Promise<WindlassTurn> {
    const { stdout, ...command } = await this.command(args, expected);
    const { workflowId } = JSON.parse(stdout) as { workflowId: string };
    return await this.turn(kind, workflowId, command);
  }

  private async command(args: string[], expected = 0): Promise<Span & { stdout: string }> {
    const from = Date.now();
    const { status, stdout, stderr } = await this.windlass.run(...args, '--json');
    const to = Date.now();
    if (status !== expected) throw new Error(`windlass ${args.join(' ')} ended with ${status}:\n${stdout}${stderr}`);
    return { from, to, stdout };
  }

  private async turn(kind: string, own: string, { from, to }: Span): Promise<WindlassTurn> {
    const histories = await this.read(kind, own, { from, to });
    const spent = splitTimeline(
      { from, to },
      histories.map(({ history }) => history),
    );
    const turn = {
      ms: to - from,
      switchedMs: switchedAt(histories) - from,
      histories,
      spent,
      from,
      prepareMs: await this.readPrepare(),
    };
    this.runs.push(turn);
    return turn;
  }

  private async readPrepare(): Promise<number> {
    const { steps } = await this.client.workflow
      .getHandle(rolloutId(this.app, ENVIRONMENT))
      .query<RolloutProgress>('progress');
    const prepared = Object.entries(steps).flatMap(([id, step]) => (id.startsWith('prepare') ? [step] : []));
    const times = (which: 'startedAt' | 'endedAt') => prepared.flatMap((step) => step[which] ?? []);
    return Math.max(...times('endedAt')) - Math.min(...times('startedAt'));
  }

  /** The environment's workflow lives on: of its history, only the time of the command is looked at. */
  private async read(kind: string, own: string, command: Span): Promise<WindlassTurn['histories']> {
    const { app } = this;
    return [
      { kind, history: await readHistory(this.client, own) },
      { kind: 'rollout', history: await readHistory(this.client, rolloutId(app, ENVIRONMENT)) },
      { kind: 'environment', history: await readHistory(this.client, environmentId(app, ENVIRONMENT), command) },
    ];
  }
}
