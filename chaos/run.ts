import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, type WorkflowHandle } from '@temporalio/client';
import { ask, sendRequests } from '../demo/client';
import { oneEnvironment } from '../demo/shop';
import { Stage, type StageParts } from '../demo/stage';
import { rolloutId } from '../src/model/names';
import { findRelease, type Place } from './check';
import { type Fault, type FaultName, FAULTS } from './faults';

export type Flow = 'release' | 'rollback' | 'unwinding';
export type Point = 'started' | 'completed';

/** One fault at one boundary of one activity of one flow. */
export interface Triple {
  fault: FaultName;
  operation: string;
  point: Point;
  flow: Flow;
}

/** The activities of each flow that a fault can meet. */
export const OPERATIONS: Record<Flow, string[]> = {
  release: [
    'pullImage',
    'createNetworks',
    'startInstance',
    'stopInstance',
    'switchRoutes',
    'watchInstances',
    'removeInstance',
  ],
  rollback: ['startInstance', 'switchRoutes', 'removeInstance'],
  unwinding: ['verify', 'removeInstance', 'removeNetworks'],
};

/** What a fault has to work on. */
export interface Struck {
  stage: Stage;
  engine: string;
  installation: string;
  rollout: WorkflowHandle;
  /** The one that is being rolled out. */
  release: string;
  restartTemporal(): Promise<void>;
}

export interface Result extends Triple {
  ended: 'new' | 'old' | 'asked';
  /** Requests that failed, those that the fault itself costs included. */
  failed: number;
  sent: number;
  /** From the fault to the end of the flow. */
  seconds: number;
  /** Invariants that did not hold; empty, or a defect. */
  broken: string[];
}

const MORE = `
    soak: 2s
    verify: [{ http: { service: web, path: /checkout, body: Paid, attempts: 1 } }]`;

/** An application of three services and an accessory on one host, on which one triple after the other is played. */
export class Arena {
  private version = 1;
  private readonly answers = new Map<string, string>();
  private current = '';

  private constructor(
    private readonly parts: StageParts,
    private readonly stage: Stage,
    private readonly client: () => Client,
    private readonly restartTemporal: () => Promise<void>,
  ) {}

  static async open(
    parts: StageParts,
    dir: string,
    temporal: { client: () => Client; restart: () => Promise<void> },
  ): Promise<Arena> {
    const app = `chaos${randomBytes(2).toString('hex')}`;
    const stage = await Stage.open(parts, dir, { print: () => undefined, app });
    stage.shop.write('windlass.yaml', oneEnvironment(app, MORE));
    const arena = new Arena(parts, stage, temporal.client, temporal.restart);
    // two of them, so that there is one to go back to
    for (const subject of ['Begin', 'Go on']) {
      const commit = arena.next(subject);
      const { status, stdout, stderr } = await arena.windlass('release', '--commit', commit, '--until', 'done');
      if (status !== 0) throw new Error(`the first release ended with ${status}:\n${stdout}${stderr}`);
      await arena.learn(commit.slice(0, 10));
    }
    return arena;
  }

  close = () => this.stage.close();

  async play(triple: Triple): Promise<Result> {
    const fault: Fault = FAULTS[triple.fault];
    const before = this.current;
    const { commit, command, mend } = this.begin(triple.flow);
    const load = sendRequests(this.stage.production, 50);
    const began = Date.now();
    const ended = this.windlass(...command);
    let over = false;
    void ended.then(() => (over = true));
    const rollout = await this.boundary(triple, began, () => over);
    const struckAt = Date.now();
    const release = commit ?? '';
    if (rollout)
      await fault.strike({
        stage: this.stage,
        engine: this.parts.engine.host,
        installation: this.stage.installation,
        rollout,
        release,
        restartTemporal: this.restartTemporal,
      });
    const { status, stdout, stderr } = await ended;
    mend();
    const report = await this.settle(load);
    const seconds = Math.round((Date.now() - struckAt) / 100) / 10;
    const broken: string[] = [];
    if (!rollout) broken.push(`the boundary was never met: ${command[0]} ended with ${status} ${stderr.slice(-200)}`);
    if (report.failed > 0 && !fault.costsRequests)
      broken.push(`${report.failed} requests failed: ${report.failures[0]}`);
    const now = await this.agree(commit).catch((error: Error) => void broken.push(error.message));
    if (now) this.current = now;
    const ends = now === before ? 'old' : 'new';
    const wanted = triple.flow === 'unwinding' ? 'old' : 'new';
    if (now && ends !== wanted && !fault.endsOld && status === 0)
      broken.push(`ended ${ends} with status 0: ${stdout.slice(-200)}`);
    return {
      ...triple,
      ended: status === 6 ? 'asked' : ends,
      failed: report.failed,
      sent: report.sent,
      seconds,
      broken,
    };
  }

  /** What a flow is begun with; `mend` takes back what made it fail. */
  private begin(flow: Flow): { commit?: string; command: string[]; mend: () => void } {
    const mend = () => undefined;
    if (flow === 'rollback') return { command: ['rollback', 'production', '--by', 'ops@example.com'], mend };
    const file = join(this.stage.shop.dir, 'api/main.js');
    const text = readFileSync(file, 'utf8');
    if (flow === 'unwinding')
      this.stage.shop.edit(
        'api/main.js',
        'function pay() {\n',
        "function pay() {\n  throw new Error('no contract');\n",
      );
    const commit = this.next(`Play ${flow}`);
    const command = ['release', '--commit', commit, '--by', 'ci@example.com', '--until', 'done'];
    return { commit: commit.slice(0, 10), command, mend: () => this.stage.shop.write('api/main.js', text) };
  }

  /** Waits for the boundary; undefined when the flow ended before it came. */
  private async boundary(
    { operation, point }: Triple,
    began: number,
    isOver: () => boolean,
  ): Promise<WorkflowHandle | undefined> {
    let seen = false;
    while (!isOver()) {
      const handle = this.client().workflow.getHandle(rolloutId(this.stage.app, 'production'));
      const found = await handle.describe().catch(() => undefined);
      const pending = found && found.startTime.getTime() >= began ? (found.raw.pendingActivities ?? []) : [];
      const isPending = pending.some(({ activityType }) => activityType?.name === operation);
      if (isPending && point === 'started') return handle;
      if (seen && !isPending) return handle;
      seen ||= isPending;
      await sleep(10);
    }
    return undefined;
  }

  /** The load goes on for a moment after the end, for what comes late. */
  private async settle(load: ReturnType<typeof sendRequests>) {
    await sleep(1_000);
    return await load.stop();
  }

  /** An interrupted environment takes itself back after the release has ended: for a while all need not agree. */
  private async agree(commit: string | undefined): Promise<string> {
    if (commit) await this.learn(commit).catch(() => undefined);
    const end = Date.now() + 90_000;
    for (;;) {
      try {
        return await findRelease(this.place(), this.answers);
      } catch (error) {
        if (Date.now() > end) throw error;
        await sleep(500);
      }
    }
  }

  private place(): Place {
    const { engine, registry } = this.parts;
    const { installation, app, production } = this.stage;
    return { engine: engine.host, registry: registry.address, installation, app, target: production };
  }

  /** Which answer is of which release: each has a version of its own. */
  private async learn(release: string): Promise<void> {
    const answer = await ask(this.stage.production);
    if (!this.answers.has(answer) && answer.includes(`(version ${this.version})`)) this.answers.set(answer, release);
    this.current = this.answers.get(answer) ?? this.current;
  }

  private next(subject: string): string {
    this.stage.shop.setVariable('VERSION', String((this.version += 1)));
    return this.stage.shop.commit(`${subject} ${this.version}`);
  }

  private windlass = (...args: string[]) => this.stage.windlass.run(...args);
}

/** Every triple that there is. */
export function allTriples(): Triple[] {
  return (Object.keys(FAULTS) as FaultName[]).flatMap((fault) =>
    (Object.entries(OPERATIONS) as [Flow, string[]][]).flatMap(([flow, operations]) =>
      operations.flatMap((operation) =>
        (['started', 'completed'] as const)
          .map((point): Triple => ({ fault, operation, point, flow }))
          .filter(makesSense),
      ),
    ),
  );
}

/** An instance of the new release can only be killed when it is there, and of a rollback its release is not known by commit. */
const makesSense = ({ fault, flow, operation, point }: Triple) =>
  fault !== 'instance killed' ||
  (flow === 'release' && (operation === 'watchInstances' || operation === 'switchRoutes') && point === 'started');
