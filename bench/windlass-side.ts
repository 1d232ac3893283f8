import type { Client } from '@temporalio/client';
import type { Stage } from '../demo/stage';
import { environmentId, rolloutId } from '../src/model/names';
import { type History, readHistory, type Span } from './history';
import type { Turn } from './rounds';
import { splitTimeline, type Spent } from './timeline';

/** One command, and what Temporal recorded of it. */
export interface WindlassTurn extends Turn {
  /** The command's own workflow first. */
  histories: { kind: string; history: History }[];
  spent: Spent;
}

/** When the last activity of this type was done. */
const switchedAt = (histories: WindlassTurn['histories']): number =>
  Math.max(
    ...histories
      .flatMap(({ history }) => history.activities)
      .flatMap(({ type, to }) => (type === 'switchRoutes' ? [to] : [])),
  );

const [ENVIRONMENT, BY] = ['production', 'bench@example.com'];

/** The side of windlass: its program, as people and CI run it. */
export class WindlassSide {
  /** Every turn so far, those that warmed up among them. */
  readonly runs: WindlassTurn[] = [];
  released = 0;

  constructor(
    private readonly stage: Stage,
    private readonly client: Client,
  ) {}

  async release(commit: string): Promise<WindlassTurn> {
    const turn = await this.run('release', '--commit', commit, '--by', BY, '--until', 'done');
    this.released += 1;
    return turn;
  }

  rollback(): Promise<WindlassTurn> {
    return this.run('rollback', ENVIRONMENT, '--by', BY, '--reason', 'to measure it');
  }

  private async run(...args: string[]): Promise<WindlassTurn> {
    const from = Date.now();
    const { status, stdout, stderr } = await this.stage.windlass.run(...args, '--json');
    const to = Date.now();
    if (status !== 0) throw new Error(`windlass ${args.join(' ')} ended with ${status}:\n${stdout}${stderr}`);
    const { workflowId } = JSON.parse(stdout) as { workflowId: string };
    const histories = await this.read(args[0]!, workflowId, { from, to });
    const spent = splitTimeline(
      { from, to },
      histories.map(({ history }) => history),
    );
    const turn = { ms: to - from, switchedMs: switchedAt(histories) - from, histories, spent };
    this.runs.push(turn);
    return turn;
  }

  /** The environment's workflow lives on: of its history, only the time of the command is looked at. */
  private async read(kind: string, own: string, command: Span): Promise<WindlassTurn['histories']> {
    const { app } = this.stage;
    return [
      { kind, history: await readHistory(this.client, own) },
      { kind: 'rollout', history: await readHistory(this.client, rolloutId(app, ENVIRONMENT)) },
      { kind: 'environment', history: await readHistory(this.client, environmentId(app, ENVIRONMENT), command) },
    ];
  }
}
