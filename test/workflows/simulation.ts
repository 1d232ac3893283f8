import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { createEnvironmentActivities } from '../../activities/environments';
import { permanent } from '../../activities/drivers/errors';
import { withHeartbeat, currentWatch } from '../../activities/heartbeat';
import { createPlanningActivities } from '../../activities/planning';
import { createRolloutActivities } from '../../activities/rollout';
import { createDecisionActivities, requireStart } from '../../activities/decisions';
import type { PlanningDeps } from '../../activities/decisions/demand';
import { seal } from '../../activities/decisions/seal';
import { readSettings } from '../../activities/settings';
import type { Activities, OperationInput, PlanInput } from '../../activities/types';
import type { EnvironmentRecord, ReleaseRecord } from '../../src/manifest/record/record';
import type { LedgerEntry } from '../../src/model/ledger/ledger';
import type { ObservedContainer } from '../../src/model/observed';
import { describeOperation, type Operation } from '../../src/model/plan';
import type { ReleaseRequest } from '../../src/model/release';
import { SimulatedHosts } from '../model/hosts';
import { digest, environment, record, service } from '../src/plan/fixtures';
import { onlyDocker } from '../targets/only-docker';
import { simulatedHosts } from '../targets/simulated';

/**
 * Simulated hosts (see `test/model`), for what real parts cannot make happen at an exact point. The planning and rollout activities
 * are the real ones. A hook sees every operation first, and may wait or fail.
 */
export class Simulation {
  readonly hosts = new SimulatedHosts();
  readonly log: string[] = [];
  private commits = 1;
  readonly ledger: LedgerEntry[] = [];
  readonly records = new Map<string, ReleaseRecord>();
  /** Which run has used a signed statement. */
  private readonly claims = new Map<string, string>();
  readonly settings = readSettings({ WINDLASS_DATA: mkdtempSync(join(tmpdir(), 'windlass simulation ')) });
  /** Hosts that do not answer. */
  away: string[] = [];
  hook: (words: string, signal: AbortSignal | undefined) => Promise<void> | void = () => undefined;

  constructor(private readonly environments: EnvironmentRecord[]) {}

  /** What runs: the services of each release, as `aaa: api web`. */
  runningIn = (name: string): string[] => this.hosts.running(name);

  /** Where requests go. */
  routedTo = (name: string, host = 'local'): string | undefined =>
    this.hosts.observe(name, [host]).targets[host]?.routes?.release;

  /** The container of a service, for a test that does something by hand. */
  container(environment: string, release: string, service: string, host = 'local'): ObservedContainer {
    const all = [...this.hosts.machine(host).containers.values()];
    const found = all.find((one) => one.name === `windlass-shop-${environment}-${release}-${service}`);
    if (!found) throw new Error(`no ${service} of ${release} in ${environment} on ${host}`);
    return found;
  }

  activities(client: Client, taskQueue: string): Activities {
    const deps = this.deps();
    const planning = createPlanningActivities(deps);
    const operations = Object.entries(createRolloutActivities(deps)).map(([name, perform]) => [
      name,
      withHeartbeat(async (input: OperationInput<'pullImage'>) => {
        const words = `${input.scope.environment}: ${describeOperation({ ...input, name } as unknown as Operation)}`;
        this.log.push(words);
        await this.meet(words);
        await (perform as (input: object) => Promise<void>)(input);
      }),
    ]);
    const readings: Partial<Activities> = {
      readSource: async ({ app, source, ...request }: ReleaseRequest) => ({
        signed: await requireStart(this.settings.installation, { app, source, ...request }),
        app,
        source,
        commit: { sha: source.commit, author: 'dev@example.com', subject: 'a change', at: this.nextCommit() },
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
        const { commit, source } = draft;
        this.records.set(release, { ...record(release, ...draft.environments), artifacts, commit, source });
        const stored = { app: draft.app, release, registry: draft.registry, digest: release };
        return { record: await seal(this.settings, stored) };
      },
      planRollout: withHeartbeat(async (input: PlanInput) => {
        await this.meet(`plan ${input.environment}`);
        return planning.planRollout(input);
      }),
      appendLedger: async ({ entry }) => {
        await this.meet(`ledger: ${entry.kind}`);
        if (!this.ledger.some(({ id }) => id === entry.id)) this.ledger.push(entry);
        return `ledger-${this.ledger.findIndex(({ id }) => id === entry.id)}@sha256:${entry.kind}`;
      },
      checkOperator: withHeartbeat(async ({ by, statement, signed }) => {
        await this.hook(`may ${by}?`, currentWatch().signal);
        if (by === 'stranger@example.com') throw permanent({ kind: 'not-an-operator', message: `${by} is not listed` });
        return await createDecisionActivities(this.settings).checkStatement({ statement, signed });
      }),
    };
    return {
      ...Object.fromEntries(operations),
      ...readings,
      ...createEnvironmentActivities(client, taskQueue),
      ...createDecisionActivities(this.settings),
    } as Activities;
  }

  /** The hook sees it first; a worker that is shut down waits for no hook. */
  private async meet(words: string): Promise<void> {
    const { signal } = currentWatch();
    const aborted = new Promise<void>((_, reject) =>
      signal?.addEventListener('abort', () => reject(new Error('aborted')), { once: true }),
    );
    await Promise.race([this.hook(words, signal), aborted]);
  }

  /** Each commit is a day later than the one before. */
  private nextCommit = () => new Date(Date.UTC(2026, 0, (this.commits += 1))).toISOString();

  private deps(): PlanningDeps {
    return {
      settings: this.settings,
      drivers: onlyDocker(simulatedHosts(this.hosts, (host) => this.away.includes(host))),
      loadRecord: async ({ release }) => this.records.get(release)!,
      loadFile: () => Promise.reject(new Error('simulated hosts read no files')),
      neededElsewhere: async () => [],
      claim: async (_, { nonce, environment, run }) => {
        const key = `${environment} ${nonce}`;
        if (!this.claims.has(key)) this.claims.set(key, run);
        return this.claims.get(key) === run;
      },
      committedOn: async (_, __, environment) => {
        const last = this.ledger.findLast((entry) => entry.environment === environment && entry.on !== undefined);
        return last?.on || undefined;
      },
    };
  }
}

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
