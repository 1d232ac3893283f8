import { createHash } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { createEnvironmentActivities } from '../../activities/environments';
import { permanent } from '../../activities/drivers/errors';
import { withHeartbeat, currentWatch } from '../../activities/heartbeat';
import type { Activities, Planned, PlanInput, Unreached } from '../../activities/types';
import type { EnvironmentRecord, ReleaseRecord } from '../../src/manifest/record';
import type { LedgerEntry } from '../../src/model/ledger';
import type { Observed, ObservedContainer } from '../../src/model/observed';
import { describeOperation, type Operation, type OperationName } from '../../src/model/plan';
import type { ReleaseRequest } from '../../src/model/release';
import { type PackedPlan, packPlan } from '../../src/plan/pack';
import { planRollout } from '../../src/plan/planRollout';
import { SimulatedHosts } from '../model/hosts';
import { digest, environment, record, service } from '../src/plan/fixtures';

/**
 * Simulated hosts (see `test/model`), for what real parts cannot make happen at an exact point. Planning is the real one; each
 * operation changes what is observed. A hook sees every operation first, and may wait or fail.
 */
export class World {
  readonly hosts = new SimulatedHosts();
  readonly log: string[] = [];
  readonly ledger: LedgerEntry[] = [];
  readonly records = new Map<string, ReleaseRecord>();
  /** Hosts that do not answer. */
  away: string[] = [];
  hook: (words: string, signal: AbortSignal | undefined) => Promise<void> | void = () => undefined;

  constructor(private readonly environments: EnvironmentRecord[]) {}

  observe(name: string): Observed {
    return this.hosts.observe(
      name,
      this.hostsOf(name).filter((host) => !this.away.includes(host)),
    );
  }

  private hostsOf = (name: string): string[] =>
    this.environments.filter((one) => one.name === name).flatMap((one) => one.hosts.map((host) => host.name));

  /** What runs: the services of each release, as `aaa: api web`. */
  runningIn = (name: string): string[] => this.hosts.running(name);

  /** Where requests go. */
  routedTo = (name: string, host = 'local'): string | undefined =>
    this.hosts.observe(name, [host]).hosts[host]?.routes?.release;

  /** The container of a service, for whoever does something by hand. */
  container(environment: string, release: string, service: string, host = 'local'): ObservedContainer {
    const all = [...this.hosts.machine(host).containers.values()];
    const found = all.find((one) => one.name === `windlass-shop-${environment}-${release}-${service}`);
    if (!found) throw new Error(`no ${service} of ${release} in ${environment} on ${host}`);
    return found;
  }

  activities(client: Client, taskQueue: string): Activities {
    const operation = (name: OperationName) =>
      withHeartbeat(async (input: { scope: { environment: string; counter: number } }) => {
        const { scope, ...rest } = input;
        const op = { name, ...rest } as unknown as Operation;
        const words = `${scope.environment}: ${describeOperation(op)}`;
        this.log.push(words);
        await this.meet(words);
        this.hosts.apply({ ...scope, records: this.records }, op);
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
        await this.meet(`build ${build.service}`);
        return { imageId: `sha256:${build.service}` };
      },
      pushImage: async ({ build }) => ({ image: `registry/shop/${build.service}@${digest('b')}`, origin: 'built' }),
      storeRelease: async ({ draft, release, artifacts }) => {
        this.records.set(release, { ...record(release, ...draft.environments), artifacts });
        return { record: { app: draft.app, release, registry: draft.registry, digest: release } };
      },
      planRollout: withHeartbeat(async (input: PlanInput) => {
        await this.meet(`plan ${input.environment}`);
        return this.plan(input);
      }),
      appendLedger: async ({ entry }) => {
        await this.meet(`ledger: ${entry.kind}`);
        if (!this.ledger.some(({ id }) => id === entry.id)) this.ledger.push(entry);
      },
      checkOperator: withHeartbeat(async ({ by }) => {
        await this.hook(`may ${by}?`, currentWatch().signal);
        if (by === 'stranger@example.com') throw permanent({ kind: 'not-an-operator', message: `${by} is not listed` });
      }),
    };
    return { ...operations, ...readings, ...createEnvironmentActivities(client, taskQueue) } as Activities;
  }

  /** The hook sees it first; a worker that is shut down waits for no hook. */
  private async meet(words: string): Promise<void> {
    const { signal } = currentWatch();
    const aborted = new Promise<void>((_, reject) =>
      signal?.addEventListener('abort', () => reject(new Error('aborted')), { once: true }),
    );
    await Promise.race([this.hook(words, signal), aborted]);
  }

  private plan({
    app,
    environment: name,
    kind,
    record: ref,
    current,
    left,
    startComposed,
    excluded = [],
    asks,
  }: PlanInput): Planned<PackedPlan> | Unreached {
    const wanted = ref && this.records.get(ref.release)?.environments.find((one) => one.name === name);
    const missing = this.hostsOf(name).find((host) => this.away.includes(host) && !excluded.includes(host));
    const operators = wanted?.operators ?? [];
    if (missing) {
      const unreached = { kind: 'unreachable', host: missing, message: `${missing} does not answer` };
      if (!asks) throw permanent(unreached);
      const others = wanted?.hosts.filter((one) => one.name !== missing && !excluded.includes(one.name)) ?? [];
      return { unreached, host: missing, operators, canDoWithout: others.length > 0 };
    }
    const observed = this.observe(name);
    const plan = planRollout({
      app,
      environment: name,
      kind,
      wanted: ref && this.records.get(ref.release),
      current: current && this.records.get(current.release),
      left: left && this.records.get(left.release),
      startComposed,
      observed,
      excluded,
      accessorySpecs: {},
      home: `windlass-${app}-${name}`,
      proxyHttp: '80',
      keepImages: [],
    });
    return {
      plan: packPlan(plan),
      operators,
      next: operators,
      secrets: {},
      counter: this.hosts.newestCounter(name),
      hash: createHash('sha256').update(JSON.stringify(plan)).digest('hex').slice(0, 12),
    };
  }
}

const OPERATIONS: OperationName[] = [
  'ensureProxy',
  'openProxy',
  'closeProxy',
  'pullImage',
  'createNetworks',
  'removeNetworks',
  'startAccessory',
  'removeAccessory',
  'recreateAccessory',
  'restoreAccessory',
  'discardAccessory',
  'stopComposed',
  'startComposed',
  'releaseComposed',
  'leaveHost',
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
export const twoEnvironments = (
  timeoutMs = 60_000,
  production: Partial<EnvironmentRecord> = {},
): EnvironmentRecord[] => {
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
      ...production,
    }),
  ];
};
