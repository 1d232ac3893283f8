import { setTimeout as pause } from 'node:timers/promises';
import { EXIT } from '../cli/exit';
import { type LoadReport, startLoad } from './traffic/load';
import type { TestBed } from './test-bed';
import type { Ended } from './windlass';
import type { StrategyKind } from '../src/model/strategy';
import type { EnvironmentState } from '../src/model/environment/environment';

/** How each strategy is written in the manifest of `examples/probe`, with steps as short as they make sense. */
export const WRITTEN: Record<StrategyKind, string> = {
  'blue-green': 'blue-green',
  rolling: '{ rolling: { batch: 1, pause: 500ms } }',
  canary: '{ canary: { steps: [{ weight: 10, soak: 500ms }, { weight: 50, soak: 500ms }] } }',
  recreate: 'recreate',
};

const BY = 'campaign@example.com';

/** Releases and rollbacks of the probe, one after the other, as people and CI start them: by the program. */
export class Rounds {
  private version = 1;
  /** What must be there when a rollback has ended. */
  private base = '';
  /** How often a step has asked and was answered retry. */
  asked = 0;

  constructor(
    private readonly bed: TestBed,
    /** The operator's repair before an answer. */
    private readonly repaired: () => Promise<void> = async () => undefined,
    /** What the routed service speaks. */
    private readonly protocol?: 'h2c',
  ) {}

  /** A first release by this strategy, as `WRITTEN` or as said, with nobody there yet to notice. */
  async begin(strategy: string, more = ''): Promise<void> {
    this.bed.shop.write('windlass.yaml', this.manifest(strategy, more));
    this.base = await this.release();
  }

  /** A new version. Throws when the release does not end as it should, or when anything else runs then. */
  async switch(): Promise<void> {
    await this.release();
  }

  /** Back to the version that was there before. */
  async rollBack(): Promise<void> {
    await this.run('rollback', 'production', '--by', BY, '--reason', 'the next round');
    await this.expectOnly(this.base);
  }

  /** A version that must not stay; then only the former one runs. */
  async fail(strategy: string, more: string, spoil?: (shop: TestBed['shop']) => void): Promise<void> {
    const { shop } = this.bed;
    const before = await this.instances();
    shop.write('windlass.yaml', this.manifest(strategy, more));
    spoil?.(shop);
    const { status, stdout, stderr } = await this.bed.windlass.run(
      'release',
      '--commit',
      this.commit(),
      '--by',
      BY,
      '--until',
      'done',
    );
    if (status !== 3)
      throw new Error(`expected a release that goes back, it ended with ${status}:\n${stdout}${stderr}`);
    const after = await this.instances();
    if (after.join() !== before.join()) throw new Error(`found ${after.join()}, expected ${before.join()}`);
  }

  private manifest(strategy: string, more: string): string {
    const { app, room } = this.bed;
    const protocol = this.protocol ? `, protocol: ${this.protocol}` : '';
    return `
app: ${app}
services:
  web: { drain: 1500ms, replicas: ${strategy.includes('rolling') ? 2 : 1} }
  jobs: { background: true }
environments:
  production:
    ${room.written}
    routes: [{ service: web, host: probe.localhost${protocol} }]
    soak: 500ms
    onFailure: ask
    strategy: ${WRITTEN[strategy as StrategyKind] ?? strategy}${more}
`;
  }

  /** A commit with a version of its own. */
  commit(): string {
    this.bed.shop.setVariable('VERSION', String((this.version += 1)));
    return this.bed.shop.commit(`Version ${this.version}`);
  }

  private async release(): Promise<string> {
    const commit = this.commit();
    await this.run('release', '--commit', commit, '--by', BY, '--until', 'done');
    await this.expectOnly(commit.slice(0, 10));
    return commit.slice(0, 10);
  }

  private async run(...args: string[]): Promise<void> {
    const ended = await this.bed.windlass.run(...args);
    if (ended.status === EXIT.asks) await this.answer();
    else if (ended.status !== 0) throw failed(args, ended);
  }

  /** Repairs and answers retry until nothing asks and nothing runs. */
  private async answer(): Promise<void> {
    const { windlass } = this.bed;
    for (let isRunning = true; isRunning; await pause(500)) {
      await this.repaired();
      const args = ['resolve', 'production', 'retry', '--by', BY, '--reason', 'the host is back'];
      const ended = await windlass.run(...args);
      if (ended.status === 0) this.asked += 1;
      else if (ended.status !== EXIT.input) throw failed(args, ended);
      const { environments } = await windlass.read<{ environments: EnvironmentState[] }>('status');
      isRunning = environments[0]?.running !== undefined;
    }
  }

  /** Never two releases when a rollout has ended: what the target says, not windlass. */
  async expectOnly(release: string): Promise<void> {
    const found = await this.instances();
    const expected = [`${release} running`];
    if (JSON.stringify(found) !== JSON.stringify(expected))
      throw new Error(`found ${found.join(', ') || 'nothing'}, expected ${expected.join()}`);
  }

  /** `RELEASE STATE` of every instance, each once. */
  async instances(): Promise<string[]> {
    const { installation, app, room } = this.bed;
    return [...new Set(await room.instances(installation, app))].sort();
  }
}

/** Does something under the load of the proofs; what the load saw. */
export const underLoad = (bed: TestBed, perSecond: number, work: () => Promise<void>): Promise<LoadReport> =>
  during(startLoad(bed.probes, perSecond), work);

/** Does some work under a load; returns the load's report. */
export async function during<Report>(load: { stop(): Promise<Report> }, work: () => Promise<void>): Promise<Report> {
  try {
    await work();
  } catch (error) {
    await load.stop();
    throw error;
  }
  return await load.stop();
}

const failed = (args: string[], { status, stdout, stderr }: Ended) =>
  new Error(`windlass ${args.join(' ')} ended with ${status}:\n${stdout}${stderr}`);
