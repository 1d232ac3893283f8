import { createHash } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { createEnvironmentActivities } from '../../activities/environments';
import { permanent } from '../../activities/drivers/errors';
import { withHeartbeat, currentWatch } from '../../activities/heartbeat';
import type { Activities, PlanInput } from '../../activities/types';
import type { EnvironmentRecord, ReleaseRecord } from '../../src/manifest/record';
import type { LedgerEntry } from '../../src/model/ledger';
import type { Observed, ObservedContainer } from '../../src/model/observed';
import { describeOperation, type Operation, type OperationName } from '../../src/model/plan';
import type { ReleaseRequest } from '../../src/model/release';
import { planRollout } from '../../src/plan/planRollout';
import { digest, environment, record, running, service } from '../src/plan/fixtures';

/**
 * One simulated host, for what real parts cannot make happen at an exact point. Planning is the real one; each operation
 * changes what is observed. A hook sees every operation first, and may wait or fail.
 */
export class World {
  readonly containers = new Map<string, ObservedContainer>();
  readonly networks = new Set<string>();
  readonly routes = new Map<string, string>();
  readonly log: string[] = [];
  readonly ledger: LedgerEntry[] = [];
  readonly records = new Map<string, ReleaseRecord>();
  hook: (words: string, signal: AbortSignal | undefined) => Promise<void> | void = () => undefined;
  private made = 0;

  constructor(private readonly environments: EnvironmentRecord[]) {}

  observe(name: string): Observed {
    const own = [...this.containers.entries()]
      .filter(([key]) => key.startsWith(`${name}/`))
      .map(([, container]) => container);
    const networks = [...this.networks]
      .filter((key) => key.startsWith(`${name}/`))
      .map((key) => key.slice(name.length + 1));
    const release = this.routes.get(name);
    return { hosts: { local: { containers: own, networks, routes: release ? { release, counter: 1 } : undefined } } };
  }

  /** What runs: the services of each release, as `aaa: api web`. */
  runningIn(name: string): string[] {
    const alive =
      this.observe(name).hosts['local']?.containers.filter((container) => container.state === 'running') ?? [];
    const releases = [...new Set(alive.map(({ release }) => release))].sort();
    return releases.map(
      (release) =>
        `${release}: ${alive
          .filter((c) => c.release === release)
          .map((c) => c.service)
          .sort()
          .join(' ')}`,
    );
  }

  activities(client: Client, taskQueue: string): Activities {
    const operation = (name: OperationName) =>
      withHeartbeat(async (input: { scope: { environment: string } }) => {
        const { scope, ...rest } = input;
        const op = { name, ...rest } as unknown as Operation;
        const words = `${scope.environment}: ${describeOperation(op)}`;
        this.log.push(words);
        await this.hook(words, currentWatch().signal);
        this.apply(scope.environment, op);
      });
    const operations = Object.fromEntries(OPERATIONS.map((name) => [name, operation(name)]));
    const readings: Partial<Activities> = {
      readSource: async ({ app, source }: ReleaseRequest) => ({
        app,
        source,
        commit: { sha: source.commit, author: 'dev@example.com', subject: 'a change', at: '2026-01-01T00:00:00Z' },
        registry: { address: 'registry' },
        builds: [{ service: 'web', context: 'web', dockerfile: 'Dockerfile', args: {}, labels: {} }],
        images: {},
        environments: this.environments,
        warnings: [],
      }),
      buildImage: async ({ build }) => {
        await this.hook(`build ${build.service}`, currentWatch().signal);
        return { imageId: `sha256:${build.service}` };
      },
      pushImage: async ({ build }) => ({ image: `registry/shop/${build.service}@${digest('b')}`, origin: 'built' }),
      storeRelease: async ({ draft, release, artifacts }) => {
        this.records.set(release, { ...record(release, ...draft.environments), artifacts });
        return { record: { app: draft.app, release, registry: draft.registry, digest: release } };
      },
      planRollout: async (input: PlanInput) => this.plan(input),
      appendLedger: async ({ entry }) => void this.ledger.push(entry),
      checkOperator: withHeartbeat(async ({ by }) => {
        await this.hook(`may ${by}?`, currentWatch().signal);
        if (by === 'stranger@example.com') throw permanent({ kind: 'not-an-operator', message: `${by} is not listed` });
      }),
    };
    return { ...operations, ...readings, ...createEnvironmentActivities(client, taskQueue) } as Activities;
  }

  private plan({ app, environment: name, kind, record: ref, current }: PlanInput) {
    const plan = planRollout({
      app,
      environment: name,
      kind,
      wanted: ref && this.records.get(ref.release),
      current: current && this.records.get(current.release),
      observed: this.observe(name),
      accessorySpecs: {},
      keepImages: [],
    });
    return {
      plan,
      counter: 0,
      secrets: {},
      hash: createHash('sha256').update(JSON.stringify(plan)).digest('hex').slice(0, 12),
    };
  }

  private apply(name: string, op: Operation): void {
    const key = 'service' in op ? `${name}/${op.release}/${op.service}` : '';
    if (op.name === 'createNetworks') this.networks.add(`${name}/${op.release}`);
    if (op.name === 'removeNetworks') this.networks.delete(`${name}/${op.release}`);
    if (op.name === 'startInstance')
      this.containers.set(key, {
        ...(this.containers.get(key) ?? running(op.release, op.service, { id: String((this.made += 1)) })),
        state: 'running',
      });
    if (op.name === 'removeInstance') this.containers.delete(key);
    if (op.name === 'stopInstance')
      this.containers.set(key, { ...(this.containers.get(key) as ObservedContainer), state: 'exited' });
    if (op.name === 'switchRoutes' && op.release) this.routes.set(name, op.release);
    if (op.name === 'switchRoutes' && !op.release) this.routes.delete(name);
  }
}

const OPERATIONS: OperationName[] = [
  'ensureProxy',
  'pullImage',
  'createNetworks',
  'removeNetworks',
  'startAccessory',
  'removeAccessory',
  'recreateAccessory',
  'restoreAccessory',
  'discardAccessory',
  'runOneOff',
  'startInstance',
  'stopInstance',
  'removeInstance',
  'switchRoutes',
  'watchInstances',
  'verify',
  'pruneImages',
];

/** Staging without approval, production with one; a soak of a tenth of a second. */
export const twoEnvironments = (timeoutMs = 60_000): EnvironmentRecord[] => {
  const services = [service('web'), service('jobs', { kind: 'background' })];
  return [
    environment(services, { name: 'staging', soakMs: 100 }),
    environment(services, {
      name: 'production',
      soakMs: 100,
      approval: {
        from: ['ana@example.com', 'ben@example.com', 'ci@example.com'],
        count: 1,
        starterMay: false,
        timeoutMs,
      },
    }),
  ];
};
