import type { EnvironmentRecord } from '../../../src/manifest/record/record';
import type { ObservedProxy, ObservedSet, ObservedSwarm } from '../../../src/model/observed';
import { PROXY_CAPABILITIES } from '../../../src/model/host/proxy';
import type { Service } from '../../../src/model/service';
import type { SwarmTarget } from '../../../src/model/target';
import { planRollout } from '../../../src/plan/plan-rollout';
import { composed, environment, planning, readPlan, record, running, service } from './fixtures';

const node = (name: string) => ({ name, address: `ssh://deploy@${name}` });
const target: SwarmTarget = { kind: 'swarm', name: 'swarm', managers: [node('m1')], edge: [node('e1'), node('e2')] };
const data = { name: 'data' };
const mounts = [{ type: 'volume' as const, volume: 'data', target: '/data' }];
const web = service('web', { replicas: 3 });
const db = service('db', { kind: 'accessory', container: { environment: {}, mounts, ports: [], expose: [] } });
const writes = [{ store: 'shop_data', target: '/data' }];

const swarm = (services: Service[], more: Partial<EnvironmentRecord> = {}) =>
  environment(services, { targets: [target], volumes: [data], ...more });
const set = (release: string, name: string, more: Partial<ObservedSet> = {}): ObservedSet => ({
  ...running(release, name),
  count: 3,
  tasks: [],
  ...more,
});
const accessory = (more: Partial<ObservedSet> = {}) =>
  set('aaa', 'db', { name: 'windlass-shop-production-db', role: 'accessory', spec: 'd', count: 1, writes, ...more });
const seen = (more: Partial<ObservedSwarm> = {}) => ({
  targets: { swarm: { containers: [], networks: [], proxies: {}, ...more } satisfies ObservedSwarm },
});
const stack = (name: string, more: object = {}) => composed(name, { name: `shop_${name}`, ...more });
const writers = [
  {
    id: 'cdb000000000',
    name: 'shop_db',
    stores: ['shop_data'],
    state: 'running' as const,
    restart: { name: 'always' as const },
    composed: { project: 'shop', service: 'db' },
  },
];
const plan = (observed: ReturnType<typeof seen>, more: Parameters<typeof planning>[0] = {}) =>
  planRollout(
    planning({
      wanted: record('bbb', swarm([web, db])),
      accessorySpecs: { db: 'd' },
      observed,
      keepImages: [],
      ...more,
    }),
  );
const current = record('aaa', swarm([web, db]));
const after = seen({
  containers: [accessory(), set('aaa', 'web')],
  networks: ['aaa'],
  routes: { release: 'aaa', counter: 1 },
});

test('the first release: sets of its own, accessories beside, no image is pulled', () => {
  expect(readPlan(plan(seen()))).toEqual([
    'prepare: ensure proxy on swarm',
    'prepare: create networks of bbb on swarm ↺ remove networks of bbb on swarm',
    'prepare: start accessory db on swarm ↺ remove accessory db on swarm',
    'prepare: start web ×3 bbb on swarm ↺ remove web bbb on swarm',
    'switch: switch routes to bbb on swarm ↺ switch routes to nothing on swarm',
    'soak: watch instances on swarm',
    'retire: prune secrets and configs on swarm',
  ]);
});

test('the next: a set beside the old one, which goes once the release is committed', () => {
  expect(readPlan(plan(after, { current }))).toEqual([
    'prepare: ensure proxy on swarm',
    'prepare: create networks of bbb on swarm ↺ remove networks of bbb on swarm',
    'prepare: start accessory db on swarm',
    'prepare: start web ×3 bbb on swarm ↺ remove web bbb on swarm',
    'switch: switch routes to bbb on swarm ↺ switch routes to aaa on swarm',
    'soak: watch instances on swarm',
    'retire: remove web aaa on swarm',
    'retire: remove networks of aaa on swarm | prune secrets and configs on swarm',
  ]);
});

describe('what a plan is of', () => {
  const before = (one: ObservedSet) => plan(seen({ containers: [one] })).before;

  it('is the sets: healing changes no plan, another specification or count does', () => {
    const line = before(set('aaa', 'web'));
    const task = { id: 't1', node: 'e2', state: 'failed', error: 'non-zero exit (3)' };
    expect(before(set('aaa', 'web', { tasks: [task], health: 'starting', restarts: 4 }))).toEqual(line);
    expect(line).toEqual(['swarm: windlass-shop-production-aaa-web aaaweb000000 s ×3']);
    expect(before(set('aaa', 'web', { count: 2 }))).not.toEqual(line);
    expect(before(set('aaa', 'web', { spec: 'x' }))).not.toEqual(line);
  });

  it('is all of a set that stops, and as many start again', () => {
    const strategy = { kind: 'recreate' as const };
    const wanted = record('bbb', swarm([web, db], { strategy }));
    expect(readPlan(plan(after, { current, wanted }))).toContain(
      'switch: stop web aaa on swarm ↺ start web ×3 aaa on swarm',
    );
  });
});

it('tells of what others changed, and is the same plan', () => {
  const changed = 'was changed by others (docker service update). Release again';
  const by = (more: object) => plan(seen({ containers: [set('aaa', 'web', more)], networks: ['aaa'] }), { current });
  expect(by({ changed }).warnings).toContain(`windlass-shop-production-aaa-web ${changed}`);
  expect(by({ changed }).before).toEqual(by({}).before);
});

describe('a stack that runs', () => {
  const first = plan(
    seen({
      composed: [
        stack('web', { ports: [{ ip: '', port: 80 }] }),
        stack('db', { writes, networks: ['shop_default'] }),
        stack('other'),
      ],
      writers,
      volumes: { shop_data: { driver: 'local', options: {} } },
    }),
  );

  it('gives its data to an accessory of the same volume, and stops first', () => {
    expect(readPlan(first)).toEqual([
      'prepare: ensure proxy (closed) on swarm',
      'prepare: create networks of bbb on swarm ↺ remove networks of bbb on swarm',
      'prepare: recreate accessory db on swarm ↺ restore accessory db on swarm',
      'prepare: start web ×3 bbb on swarm ↺ remove web bbb on swarm',
      'switch: switch routes to bbb on swarm ↺ switch routes to nothing on swarm',
      'switch: stop shop_web on swarm ↺ start shop_web on swarm',
      'switch: open proxy on swarm ↺ close proxy on swarm',
      'soak: watch instances on swarm',
      'retire: prune secrets and configs on swarm',
    ]);
  });

  it('is announced with its outage', () => {
    expect(first.warnings).toEqual([
      'shop_db (db) of the stack shop is stopped and kept, and a new Swarm service starts on the same data',
      'shop_web (web) of the stack shop is stopped at the switch and kept; if the release goes back, it restarts. To remove later: docker stack rm shop',
      'OUTAGE of some seconds: port 80 passes from shop_web (web) to the proxy. The same again if the release goes back',
      'shop_other (other) of the stack shop is not in the release and keeps running',
      expect.stringMatching(
        /^db will be recreated .*OUTAGE, at most 70 s: its callers cannot reach it until the new Swarm service is healthy/,
      ),
    ]);
  });

  it('is not written to by two: what is no service of the stack is refused', () => {
    const foreign = [{ ...writers[0]!, name: 'backup', composed: undefined }];
    expect(() => plan(seen({ writers: foreign }))).toThrow(
      /^backup already uses the volume shop_data\. .*docker service scale backup=0/,
    );
  });

  const left = stack('db', { state: 'exited', writes });
  const taken = seen({
    containers: [accessory({ release: 'bbb' }), set('bbb', 'web')],
    composed: [left, stack('web', { state: 'exited' })],
    routes: { release: 'bbb', counter: 1 },
    networks: ['bbb'],
  });

  it('is left as it was found, once the accessory is gone from its data', () => {
    const eject = plan(taken, { kind: 'eject', wanted: undefined, current: record('bbb', swarm([web, db])) });
    expect(readPlan(eject)).toEqual([
      'switch: switch routes to nothing on swarm ↺ switch routes to bbb on swarm',
      'switch: close proxy on swarm ↺ open proxy on swarm',
      'retire: remove web bbb on swarm',
      'retire: remove accessory db on swarm | hand back shop_db on swarm | hand back shop_web on swarm',
      'retire: remove networks of bbb on swarm',
      'retire: leave swarm',
    ]);
    expect(eject.warnings[0]).toBe(
      'OUTAGE: production is down from the switch until docker stack deploy has taken over: docker stack deploy -c COMPOSE-FILE shop',
    );
  });

  it('serves again where a first release is taken back, never beside the accessory that had its data', () => {
    const back = plan(taken, { wanted: undefined, left: record('bbb', swarm([web, db])) });
    expect(readPlan(back)).toEqual([
      'switch: switch routes to nothing on swarm ↺ switch routes to bbb on swarm',
      'switch: close proxy on swarm',
      'switch: remove accessory db on swarm',
      'switch: start shop_db on swarm | start shop_web on swarm',
      'retire: remove web bbb on swarm',
      'retire: remove networks of bbb on swarm | prune secrets and configs on swarm',
    ]);
  });
});

describe('the proxies of the edges', () => {
  const proxy = (more: Partial<ObservedProxy> = {}): ObservedProxy => ({
    kind: 'traefik',
    can: [...PROXY_CAPABILITIES],
    image: 'traefik',
    state: 'running',
    listens: ['http'],
    ...more,
  });

  it('must all be able to do what the routes need', () => {
    const routes = [{ service: 'web', host: 'shop.example', path: '/', port: 80, https: true as const }];
    const wanted = record('bbb', swarm([web], { routes }));
    const proxies = { e1: proxy({ listens: ['http', 'https'] }), e2: proxy() };
    expect(() => plan(seen({ proxies }), { wanted, proxy: proxies.e1 })).toThrow(
      'shop.example needs HTTPS, but the proxy of e2 has no entry point for it. To add it, recreate the proxy: windlass bootstrap production --host swarm',
    );
  });

  it('are named where their settings are old', () => {
    const proxies = { e1: proxy({ spec: 'old' }), e2: proxy({ spec: 'new' }) };
    const { warnings } = plan(seen({ proxies }), { proxySpecs: ['new'] });
    expect(warnings).toEqual([expect.stringMatching(/^e1: its proxy has other settings than the worker's/)]);
  });
});
