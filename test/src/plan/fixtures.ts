import { describeOperation, type Plan } from '../../../src/model/plan';
import type { EnvironmentRecord, ReleaseRecord } from '../../../src/manifest/record/record';
import type { ComposeContainer, ObservedContainer, ObservedHost } from '../../../src/model/observed';
import type { Service } from '../../../src/model/service';
import type { PlanningInput } from '../../../src/plan/planning';
import type { EngineFacts } from '../../../src/plan/targets/facts';

/** Small records to plan with; every test says what differs. */
export const digest = (digit: string) => `sha256:${digit.repeat(64)}`;

export function service(name: string, more: Partial<Service> = {}): Service {
  return {
    name,
    kind: 'released',
    image: `registry/shop/${name}@${digest('a')}`,
    replicas: 1,
    dependsOn: [],
    networks: [{ network: 'default', aliases: [] }],
    container: { environment: {}, mounts: [], ports: [], expose: [] },
    before: [],
    healthyWithinMs: 60_000,
    drainMs: 10_000,
    ...more,
  };
}

export function environment(services: Service[], more: Partial<EnvironmentRecord> = {}): EnvironmentRecord {
  return {
    name: 'production',
    project: 'shop',
    targets: [{ kind: 'docker', name: 'local', address: 'local' }],
    strategy: { kind: 'blue-green' },
    services,
    networks: [{ name: 'default' }],
    volumes: [],
    routes: [{ service: 'web', host: 'shop.localhost', path: '/', port: 8080 }],
    verifications: [],
    soakMs: 10_000,
    retention: 5,
    onFailure: 'rollback',
    operators: [],
    secrets: {},
    variables: {},
    compose: [],
    ...more,
  };
}

export function record(release: string, ...environments: EnvironmentRecord[]): ReleaseRecord {
  return {
    format: 2,
    app: 'shop',
    release,
    source: { url: '/src', commit: release.repeat(4) },
    commit: { sha: release.repeat(4), author: 'dev@example.com', subject: 'a change', at: '2026-01-01T00:00:00Z' },
    startedBy: 'ci@example.com',
    createdAt: '2026-01-01T00:00:00Z',
    artifacts: {},
    registry: { address: 'registry' },
    environments,
  };
}

export function running(release: string, name: string, more: Partial<ObservedContainer> = {}): ObservedContainer {
  return {
    id: `${release}${name}`.padEnd(12, '0').slice(0, 12),
    name: `windlass-shop-production-${release}-${name}`,
    role: 'instance',
    service: name,
    release,
    spec: 's',
    image: `registry/shop/${name}@${digest('a')}`,
    state: 'running',
    health: 'healthy',
    restart: { name: 'unless-stopped' },
    ...more,
  };
}

/** As docker compose made it. */
export const composed = (name: string, more: Partial<ComposeContainer> = {}): ComposeContainer => ({
  id: `c${name}`.padEnd(12, '0'),
  name: `shop-${name}-1`,
  service: name,
  image: name,
  state: 'running',
  restart: { name: 'no' },
  ports: [],
  networks: ['shop_default'],
  ...more,
});

export const observed = (
  containers: ObservedContainer[] = [],
  networks: string[] = [],
  routes?: string,
): { targets: Record<string, ObservedHost> } => ({
  targets: { local: { containers, networks, routes: routes ? { release: routes, counter: 1 } : undefined } },
});

/** On Docker hosts: what their driver knows may be said beside the rest. */
export const planning = ({
  accessorySpecs = {},
  formerSpecs,
  home = 'windlass-shop-production',
  proxyHttp = '80',
  proxyOthers,
  proxy,
  proxySpecs,
  ...more
}: Partial<PlanningInput & EngineFacts>): PlanningInput => ({
  app: 'shop',
  environment: 'production',
  kind: 'release',
  observed: observed(),
  facts: { accessorySpecs, formerSpecs, home, proxyHttp, proxyOthers, proxy, proxySpecs } satisfies EngineFacts,
  keepImages: [],
  ...more,
});

/** A plan as people read it: `phase: a | b` for each batch, compensations behind `↺`, what cannot be undone before `!`. */
export const readPlan = (plan: Plan): string[] =>
  plan.phases.flatMap(({ name, batches }) =>
    batches.map((batch) => {
      const steps = batch.map(
        ({ operation, undo, irreversible }) =>
          describeOperation(operation) + (undo ? ` ↺ ${describeOperation(undo)}` : '') + (irreversible ? ' !' : ''),
      );
      return `${name}: ${steps.join(' | ')}`;
    }),
  );
