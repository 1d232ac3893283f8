import type { EnvironmentRecord } from '../../../src/manifest/record/record';
import type { ObservedKubernetes, ObservedSet } from '../../../src/model/observed';
import type { Service } from '../../../src/model/service';
import type { KubernetesTarget } from '../../../src/model/target';
import { planRollout } from '../../../src/plan/plan-rollout';
import { environment, planning, readPlan, record, running, service } from './fixtures';

const target: KubernetesTarget = { kind: 'kubernetes', name: 'kubernetes', namespace: 'shop', route: 'service' };
const mounts = [{ type: 'volume' as const, volume: 'data', target: '/data' }];
const web = service('web', { replicas: 3 });
const db = service('db', { kind: 'accessory', container: { environment: {}, mounts, ports: [], expose: [] } });
const writes = [{ store: 'shop_data', target: '/data' }];

const inNamespace = (services: Service[], more: Partial<EnvironmentRecord> = {}) =>
  environment(services, { targets: [target], volumes: [{ name: 'data' }], ...more });
const set = (release: string, name: string, more: Partial<ObservedSet> = {}): ObservedSet => ({
  ...running(release, name),
  count: 3,
  tasks: [],
  ...more,
});
const accessory = (more: Partial<ObservedSet> = {}) =>
  set('aaa', 'db', { name: 'windlass-shop-production-db', role: 'accessory', spec: 'd', count: 1, writes, ...more });
const seen = (more: Partial<ObservedKubernetes> = {}) => ({
  targets: {
    kubernetes: { containers: [], networks: [], leads: [], changed: [], ...more } satisfies ObservedKubernetes,
  },
});
const plan = (observed: ReturnType<typeof seen>, more: Parameters<typeof planning>[0] = {}) =>
  planRollout(
    planning({
      wanted: record('bbb', inNamespace([web, db])),
      accessorySpecs: { db: 'd' },
      observed,
      keepImages: [],
      ...more,
    }),
  );
const current = record('aaa', inNamespace([web, db]));
const after = seen({
  containers: [accessory(), set('aaa', 'web')],
  networks: ['aaa'],
  routes: { release: 'aaa', counter: 1 },
});

test('the first release: Services and sets of its own; no proxy, and no image is pulled', () => {
  expect(readPlan(plan(seen()))).toEqual([
    'prepare: create networks of bbb on kubernetes ↺ remove networks of bbb on kubernetes',
    'prepare: start accessory db on kubernetes ↺ remove accessory db on kubernetes',
    'prepare: start web ×3 bbb on kubernetes ↺ remove web bbb on kubernetes',
    'switch: switch routes to bbb on kubernetes ↺ switch routes to nothing on kubernetes',
    'soak: watch instances on kubernetes',
  ]);
});

test('the next: a set beside the old one, which goes once the release is committed', () => {
  expect(readPlan(plan(after, { current }))).toEqual([
    'prepare: create networks of bbb on kubernetes ↺ remove networks of bbb on kubernetes',
    'prepare: start accessory db on kubernetes',
    'prepare: start web ×3 bbb on kubernetes ↺ remove web bbb on kubernetes',
    'switch: switch routes to bbb on kubernetes ↺ switch routes to aaa on kubernetes',
    'soak: watch instances on kubernetes',
    'retire: remove web aaa on kubernetes',
    'retire: remove networks of aaa on kubernetes',
  ]);
});

test('healing changes no plan, another specification or count does', () => {
  const before = (one: ObservedSet) => plan(seen({ containers: [one] })).before;
  const line = before(set('aaa', 'web'));
  const task = { id: 'p1', node: 'node2', state: 'CrashLoopBackOff' };
  expect(before(set('aaa', 'web', { tasks: [task], health: 'starting', restarts: 4 }))).toEqual(line);
  expect(line).toEqual(['kubernetes: windlass-shop-production-aaa-web aaaweb000000 s ×3']);
  expect(before(set('aaa', 'web', { count: 2 }))).not.toEqual(line);
  expect(before(set('aaa', 'web', { spec: 'x' }))).not.toEqual(line);
});

test('a changed accessory is recreated, and announced with its outage', () => {
  const changed = plan(after, { current, accessorySpecs: { db: 'other' } });
  expect(readPlan(changed)).toContain(
    'prepare: recreate accessory db on kubernetes ↺ restore accessory db on kubernetes',
  );
  expect(changed.warnings).toEqual([
    expect.stringMatching(/^db will be recreated .*until the new StatefulSet is healthy/),
  ]);
});

test('with an outage, when the strategy says so', () => {
  const wanted = record('bbb', inNamespace([web, db], { strategy: { kind: 'recreate' } }));
  expect(readPlan(plan(after, { current, wanted }))).toContain(
    'switch: stop web aaa on kubernetes ↺ start web ×3 aaa on kubernetes',
  );
});

test('leaving stops nothing', () => {
  const eject = plan(after, { kind: 'eject', wanted: undefined, current });
  expect(readPlan(eject)).toEqual(['retire: leave kubernetes']);
  expect(eject.warnings).toEqual([expect.stringContaining('nothing is stopped or removed')]);
});

describe('what carries the traffic', () => {
  const planned = (more: Partial<EnvironmentRecord>) => () =>
    plan(seen(), { wanted: record('bbb', inNamespace([web, db], more)) });
  const canary = { kind: 'canary' as const, stages: [{ percent: 10, pause: 1_000 }] };
  const byGateway: KubernetesTarget = { ...target, route: { gateway: 'public' } };

  it('must weigh for a canary', () => {
    expect(planned({ strategy: canary as never })).toThrow(
      /^a canary of production needs the Gateway API, because a Service has no weights\. Write kubernetes\.route/,
    );
    expect(planned({ strategy: canary as never, targets: [byGateway] })).not.toThrow();
  });

  it('is HTTP where it is a Gateway', () => {
    const routes = [{ service: 'web', host: 'a', path: '/', port: 80, protocol: 'h2c' as const }];
    expect(planned({ routes, targets: [byGateway] })).toThrow(
      /^the route of web is for h2c, but windlass makes only HTTPRoutes/,
    );
    expect(planned({ routes })).not.toThrow();
  });
});
