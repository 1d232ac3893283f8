import { setTimeout as pause } from 'node:timers/promises';
import { EXIT } from '../cli/exit';
import { type LoadReport, startLoad } from '../demo/load';
import type { Stage } from '../demo/stage';
import type { Ended } from '../demo/windlass';
import type { StrategyKind } from '../src/manifest/kinds';
import type { EnvironmentState } from '../src/model/environment';
import { clientOf } from '../parts/engine-client';

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
  /** How often a step has asked, and was told to try again. */
  asked = 0;

  constructor(
    private readonly stage: Stage,
    /** What an operator mends before he answers a question. */
    private readonly mended: () => Promise<void> = async () => undefined,
  ) {}

  /** A first release by this strategy, as `WRITTEN` or as said, with nobody there yet to notice. */
  async begin(strategy: string, more = ''): Promise<void> {
    this.stage.shop.write('windlass.yaml', manifestOf(this.stage, strategy, more));
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

  /** A version that must not stay; then what was there before is there alone. */
  async fail(strategy: string, more: string, spoil?: (shop: Stage['shop']) => void): Promise<void> {
    const { shop } = this.stage;
    const before = await this.instances();
    shop.write('windlass.yaml', manifestOf(this.stage, strategy, more));
    spoil?.(shop);
    const { status, stdout, stderr } = await this.stage.windlass.run(
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
    if (after.join() !== before.join()) throw new Error(`${after.join()} is there, expected ${before.join()}`);
  }

  /** A commit with a version of its own. */
  commit(): string {
    this.stage.shop.setVariable('VERSION', String((this.version += 1)));
    return this.stage.shop.commit(`Version ${this.version}`);
  }

  private async release(): Promise<string> {
    const commit = this.commit();
    await this.run('release', '--commit', commit, '--by', BY, '--until', 'done');
    await this.expectOnly(commit.slice(0, 10));
    return commit.slice(0, 10);
  }

  private async run(...args: string[]): Promise<void> {
    const ended = await this.stage.windlass.run(...args);
    if (ended.status === EXIT.asks) await this.answer();
    else if (ended.status !== 0) throw failed(args, ended);
  }

  /** What a step asks for is mended, and it is told to try again, until nothing is asked and nothing runs any more. */
  private async answer(): Promise<void> {
    const { windlass } = this.stage;
    for (let isRunning = true; isRunning; await pause(500)) {
      await this.mended();
      const args = ['resolve', 'production', 'retry', '--by', BY, '--reason', 'the host is back'];
      const ended = await windlass.run(...args);
      if (ended.status === 0) this.asked += 1;
      else if (ended.status !== EXIT.input) throw failed(args, ended);
      const { environments } = await windlass.read<{ environments: EnvironmentState[] }>('status');
      isRunning = environments[0]?.running !== undefined;
    }
  }

  /** Never two releases when a rollout has ended: what the engine says, not windlass. */
  async expectOnly(release: string): Promise<void> {
    const found = await this.instances();
    const expected = [`${release} running`];
    if (JSON.stringify(found) !== JSON.stringify(expected))
      throw new Error(`${found.join(', ') || 'nothing'} is there, expected ${expected.join()}`);
  }

  /** `RELEASE STATE` of every instance on all hosts, each once. */
  async instances(): Promise<string[]> {
    const { installation, app, engines } = this.stage;
    const filters = { label: [`${installation}.app=${app}`, `${installation}.role=instance`] };
    const all = await Promise.all(engines.map((engine) => clientOf(engine).listContainers({ all: true, filters })));
    const containers = all.flat();
    return [...new Set(containers.map(({ Labels, State }) => `${Labels[`${installation}.release`]} ${State}`))].sort();
  }
}

/** Does something under the load of the proofs; what the load saw. */
export async function underLoad(stage: Stage, perSecond: number, deed: () => Promise<void>): Promise<LoadReport> {
  const load = startLoad(stage.probes, perSecond);
  try {
    await deed();
  } catch (error) {
    await load.stop();
    throw error;
  }
  return await load.stop();
}

const failed = (args: string[], { status, stdout, stderr }: Ended) =>
  new Error(`windlass ${args.join(' ')} ended with ${status}:\n${stdout}${stderr}`);

const manifestOf = ({ app, places }: Stage, strategy: string, more: string) => `
app: ${app}
services:
  web: { drain: 1500ms, replicas: ${strategy.includes('rolling') ? 2 : 1} }
  jobs: { background: true }
environments:
  production:
    hosts: [${places.join(', ')}]
    routes: [{ service: web, host: probe.localhost }]
    soak: 500ms
    onFailure: ask
    strategy: ${WRITTEN[strategy as StrategyKind] ?? strategy}${more}
`;
