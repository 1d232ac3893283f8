import { type LoadReport, startLoad } from '../demo/load';
import type { Stage } from '../demo/stage';
import type { StrategyKind } from '../src/manifest/kinds';
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

  constructor(
    private readonly stage: Stage,
    private readonly engineHost: string,
  ) {}

  /** A first release by this strategy, with nobody there yet to notice. */
  async begin(strategy: StrategyKind, more = ''): Promise<void> {
    this.stage.shop.write('windlass.yaml', manifestOf(this.stage.app, strategy, more));
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
  async fail(strategy: StrategyKind, more: string, spoil?: (shop: Stage['shop']) => void): Promise<void> {
    const { shop, app } = this.stage;
    const before = await this.instances();
    shop.write('windlass.yaml', manifestOf(app, strategy, more));
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
    const { status, stdout, stderr } = await this.stage.windlass.run(...args);
    if (status !== 0) throw new Error(`windlass ${args.join(' ')} ended with ${status}:\n${stdout}${stderr}`);
  }

  /** Never two releases when a rollout has ended: what the engine says, not windlass. */
  async expectOnly(release: string): Promise<void> {
    const found = await this.instances();
    const expected = [`${release} running`];
    if (JSON.stringify(found) !== JSON.stringify(expected))
      throw new Error(`${found.join(', ') || 'nothing'} is there, expected ${expected.join()}`);
  }

  /** `RELEASE STATE` of every instance on the engine, each once. */
  async instances(): Promise<string[]> {
    const { installation, app } = this.stage;
    const filters = { label: [`${installation}.app=${app}`, `${installation}.role=instance`] };
    const containers = await clientOf(this.engineHost).listContainers({ all: true, filters });
    return [...new Set(containers.map(({ Labels, State }) => `${Labels[`${installation}.release`]} ${State}`))].sort();
  }
}

/** Does something under the load of the proofs; what the load saw. */
export async function underLoad(stage: Stage, perSecond: number, deed: () => Promise<void>): Promise<LoadReport> {
  const load = startLoad(stage.probe, perSecond);
  try {
    await deed();
  } catch (error) {
    await load.stop();
    throw error;
  }
  return await load.stop();
}

const manifestOf = (app: string, strategy: StrategyKind, more: string) => `
app: ${app}
services:
  web: { drain: 3s }
  jobs: { background: true }
environments:
  production:
    hosts: [local]
    routes: [{ service: web, host: probe.localhost }]
    soak: 500ms
    strategy: ${WRITTEN[strategy]}${more}
`;
