import type { Verification } from '../../../src/manifest/kinds';
import { describeOperation, stepId, type Plan } from '../../../src/model/plan';
import { comparePlans } from '../../../src/plan/compare/configurations';
import { planRollout } from '../../../src/plan/plan-rollout';
import { PROXY_CAPABILITIES } from '../../../src/model/host/proxy';
import { environment, observed, planning, record, running, service } from './fixtures';

/** A plan as people read it: `phase: a | b` for each batch, compensations behind `↺`. */
const read = (plan: Plan) =>
  plan.phases.flatMap(({ name, batches }) =>
    batches.map(
      (batch) =>
        `${name}: ${batch.map(({ operation, undo }) => describeOperation(operation) + (undo ? ` ↺ ${describeOperation(undo)}` : '')).join(' | ')}`,
    ),
  );

const web = service('web', { dependsOn: [{ service: 'api', condition: 'healthy' }] });
const api = service('api', { dependsOn: [{ service: 'db', condition: 'started' }] });
const db = service('db', { kind: 'accessory' });
const jobs = service('jobs', { kind: 'background' });
const verify: Verification = { kind: 'run', service: 'api', command: ['ok'], within: 1000, title: 'smoke' };

const proxy = (...listens: string[]) => ({
  kind: 'traefik',
  can: [...PROXY_CAPABILITIES],
  image: 'proxy:1',
  state: 'running',
  listens,
});

describe('a blue-green plan', () => {
  it('starts everything on an empty host, and can take all of it back', () => {
    const wanted = record('aaa', environment([web, api, db, jobs], { verifications: [verify] }));
    expect(read(planRollout(planning({ wanted })))).toEqual([
      'prepare: ensure proxy on local | pull web on local | pull api on local | pull db on local | pull jobs on local',
      'prepare: create networks of aaa on local ↺ remove networks of aaa on local',
      'prepare: start accessory db on local ↺ remove accessory db on local',
      'prepare: start api aaa on local ↺ remove api aaa on local',
      'prepare: start web aaa on local ↺ remove web aaa on local',
      'switch: start jobs aaa on local ↺ remove jobs aaa on local',
      'switch: switch routes to aaa on local ↺ switch routes to nothing on local',
      'soak: watch instances on local | verify #1 smoke on local',
      'retire: prune images on local',
    ]);
  });

  it('switches from what runs: old background first, old instances last, accessories stay', () => {
    const current = record('aaa', environment([web, api, db, jobs]));
    const wanted = record('bbb', environment([web, api, db, jobs]));
    const accessory = running('aaa', 'db', { role: 'accessory', name: 'windlass-shop-production-db' });
    const found = observed(
      [running('aaa', 'web'), running('aaa', 'api'), running('aaa', 'jobs'), accessory],
      ['aaa'],
      'aaa',
    );
    const lines = read(planRollout(planning({ wanted, current, observed: found, accessorySpecs: { db: 's' } })));
    expect(lines.slice(2)).toEqual([
      'prepare: start accessory db on local',
      'prepare: start api bbb on local ↺ remove api bbb on local',
      'prepare: start web bbb on local ↺ remove web bbb on local',
      'switch: stop jobs aaa on local ↺ start jobs aaa on local',
      'switch: start jobs bbb on local ↺ remove jobs bbb on local',
      'switch: switch routes to bbb on local ↺ switch routes to aaa on local',
      'soak: watch instances on local',
      'retire: remove api aaa on local | remove jobs aaa on local | remove web aaa on local',
      'retire: remove networks of aaa on local | prune images on local',
    ]);
  });

  it('takes back to the recorded release without any undo that would remove it, and clears what is left', () => {
    const current = record('aaa', environment([web, api, db]));
    const found = observed([running('aaa', 'web', { state: 'exited' }), running('bbb', 'web')], ['aaa', 'bbb'], 'bbb');
    const plan = planRollout(planning({ kind: 'restore', wanted: current, current, observed: found }));
    expect(
      plan.phases.flatMap((phase) => phase.batches.flat()).filter((step) => step.undo?.name === 'removeInstances'),
    ).toEqual([]);
    expect(read(plan)).toContain('switch: switch routes to aaa on local');
    expect(read(plan)).toContain('retire: remove web bbb on local');
  });

  it('lets no background instance that was left behind work beside the recorded one', () => {
    const current = record('aaa', environment([web, jobs]));
    const found = observed(
      [running('aaa', 'jobs', { state: 'exited' }), running('bbb', 'jobs')],
      ['aaa', 'bbb'],
      'aaa',
    );
    const lines = read(planRollout(planning({ kind: 'restore', wanted: current, current, observed: found })));
    expect(lines.filter((line) => line.startsWith('switch'))).toEqual([
      'switch: stop jobs bbb on local',
      'switch: start jobs aaa on local',
      'switch: switch routes to aaa on local',
    ]);
  });

  it('runs commands once, on one host, before anything is started, and only on the way to a new release', () => {
    const migrating = service('api', {
      before: [
        { command: ['up'], undo: ['down'] },
        { command: ['drop'], irreversible: true },
      ],
    });
    const hosts = ['a', 'b'].map((name) => ({ kind: 'docker' as const, name, address: name }));
    const wanted = record('aaa', environment([web, migrating], { targets: hosts }));
    const plan = planRollout(planning({ wanted }));
    const commands = read(plan).filter((line) => line.includes('command'));
    expect(commands).toEqual([
      'prepare: run command of api #1 on a ↺ run command of api #1 (undo) on a',
      'prepare: run command of api #2 on a',
    ]);
    expect(plan.warnings).toEqual(['api: "drop" cannot be undone; a later failure asks an operator']);
    expect(read(planRollout(planning({ wanted, kind: 'rollback' }))).some((line) => line.includes('command'))).toBe(
      false,
    );
  });

  it('prepares every host before it switches any', () => {
    const runs = { web: 1, api: 1, jobs: 1 };
    const hosts = ['a', 'b', 'c'].map((name) => ({
      kind: 'docker' as const,
      name,
      address: name,
      runs: name === 'a' ? { ...runs, db: 1 } : runs,
    }));
    const plan = planRollout(
      planning({ wanted: record('aaa', environment([web, api, db, jobs], { targets: hosts })) }),
    );
    const switching = plan.phases.find((phase) => phase.name === 'switch');
    expect(switching?.batches.at(-1)).toHaveLength(3);
    expect(plan.phases[0]?.batches.flat().every((step) => step.operation.name !== 'switchRoutes')).toBe(true);
  });
});

describe('a plan for groups', () => {
  const on = (name: string, runs: Record<string, number>) => ({ kind: 'docker' as const, name, address: name, runs });
  const migrating = service('api', { before: [{ command: ['up'], undo: ['down'] }] });
  const front = service('web');
  const services = [front, migrating, db, jobs];
  const routes = [{ service: 'web', host: 'shop.example.com', path: '/', port: 80 }];
  const http = {
    kind: 'http',
    service: 'web',
    path: '/',
    method: 'GET',
    status: 200,
    attempts: 1,
    from: 'host',
  } as const;
  const verifications: Verification[] = [verify, { ...http, title: 'page' }];

  it('runs on each host what belongs there, and everything else in one place', () => {
    const hosts = [on('a', { web: 2 }), on('b', { web: 1, api: 1 }), on('c', { db: 1 }), on('d', { jobs: 1 })];
    const wanted = record('aaa', environment(services, { targets: hosts, routes, verifications }));
    expect(read(planRollout(planning({ wanted }))).map((line) => line.replaceAll(/ ↺[^|]*?(?= \||$)/g, ''))).toEqual([
      'prepare: ensure proxy on a | ensure proxy on b | pull web on a | pull web on b | pull api on b | pull db on c | pull jobs on d',
      'prepare: create networks of aaa on a | create networks of aaa on b | create networks of aaa on c | create networks of aaa on d',
      'prepare: start accessory db on c',
      'prepare: run command of api #1 on b',
      'prepare: start web ×2 aaa on a | start web aaa on b | start api aaa on b',
      'switch: start jobs aaa on d',
      'switch: switch routes to aaa on a | switch routes to aaa on b',
      'soak: watch instances on a | watch instances on b | watch instances on d | verify #1 smoke on b | verify #2 page on a | verify #2 page on b',
      'retire: prune images on local',
    ]);
  });

  it('takes the routes of a host that has none any more, and what ran there', () => {
    const current = record(
      'aaa',
      environment([front], { targets: [on('a', { web: 1 }), on('b', { web: 1 })], routes }),
    );
    const wanted = record('bbb', environment([front], { targets: [on('a', { web: 1 })], routes }));
    const there = { containers: [running('aaa', 'web')], networks: ['aaa'], routes: { release: 'aaa', counter: 1 } };
    const plan = planRollout(planning({ wanted, current, observed: { targets: { a: there, b: there } } }));
    expect(read(plan).filter((line) => line.startsWith('switch'))).toEqual([
      'switch: switch routes to bbb on a ↺ switch routes to aaa on a | switch routes to nothing on b ↺ switch routes to aaa on b',
    ]);
    expect(read(plan)).toContain('retire: remove web aaa on a | remove web aaa on b');
  });

  it('is refused when an accessory would leave its data behind', () => {
    const there = { containers: [running('aaa', 'db', { role: 'accessory' })], networks: [] };
    const wanted = record('bbb', environment([front, db], { targets: [on('a', { web: 1 }), on('b', { db: 1 })] }));
    const input = planning({ wanted, observed: { targets: { a: there } }, accessorySpecs: { db: 's' } });
    expect(() => planRollout(input)).toThrow(/db keeps its data on a, but the release runs it on b/);
  });
});

describe('a plan to recreate', () => {
  const recreate = { strategy: { kind: 'recreate' } } as const;
  const migrating = { ...api, before: [{ command: ['up'], undo: ['down'] }] };
  const current = record('aaa', environment([web, api, db, jobs], recreate));
  const wanted = record('bbb', environment([web, migrating, db, jobs], recreate));
  const accessory = running('aaa', 'db', { role: 'accessory', name: 'windlass-shop-production-db' });
  const instances = ['web', 'api', 'jobs'].map((name) => running('aaa', name));
  const found = observed([...instances, accessory], ['aaa'], 'aaa');

  it('stops all that is old before it starts anything new, dependants first, and goes back as the mirror', () => {
    const plan = planRollout(planning({ wanted, current, observed: found, accessorySpecs: { db: 's' } }));
    expect(read(plan).slice(1)).toEqual([
      'prepare: create networks of bbb on local ↺ remove networks of bbb on local',
      'prepare: start accessory db on local',
      'switch: switch routes of aaa to 503 on local ↺ switch routes to aaa on local',
      'switch: stop web aaa on local ↺ start web aaa on local',
      'switch: stop api aaa on local ↺ start api aaa on local | stop jobs aaa on local ↺ start jobs aaa on local',
      'switch: run command of api #1 on local ↺ run command of api #1 (undo) on local',
      'switch: start api bbb on local ↺ remove api bbb on local',
      'switch: start web bbb on local ↺ remove web bbb on local',
      'switch: start jobs bbb on local ↺ remove jobs bbb on local',
      'switch: switch routes to bbb on local ↺ switch routes of aaa to 503 on local',
      'soak: watch instances on local',
      'retire: remove api aaa on local | remove jobs aaa on local | remove web aaa on local',
      'retire: remove networks of aaa on local | prune images on local',
    ]);
  });

  it('says its outage before, and none where nothing runs', () => {
    expect(planRollout(planning({ wanted, current, observed: found, accessorySpecs: { db: 's' } })).warnings).toEqual([
      'recreate is an outage: requests to shop.localhost get 503 from when api, jobs, web of aaa are stopped until bbb is healthy, and as long again if it goes back',
    ]);
    expect(planRollout(planning({ wanted })).warnings).toEqual([]);
  });

  it('stops all instances, and on the way back to what is recorded whatever was left half done', () => {
    const two = observed(
      [
        running('aaa', 'web', { state: 'exited' }),
        running('bbb', 'web'),
        running('bbb', 'web', { name: 'windlass-shop-production-bbb-web-2', state: 'restarting' }),
      ],
      ['aaa', 'bbb'],
      'bbb',
    );
    const plan = planRollout(planning({ kind: 'restore', wanted: current, current, observed: two }));
    expect(read(plan)).toContain('switch: stop web bbb on local');
  });
});

describe('a plan by canary', () => {
  const canary = {
    strategy: {
      kind: 'canary' as const,
      steps: [
        { weight: 10, soak: 1_000 },
        { weight: 50, soak: 2_000 },
      ],
    },
    verifications: [verify],
  };
  const current = record('aaa', environment([web, api, db, jobs], canary));
  const wanted = record('bbb', environment([web, api, db, jobs], canary));
  const found = observed(
    ['web', 'api', 'jobs'].map((name) => running('aaa', name)),
    ['aaa'],
    'aaa',
  );
  const input = planning({ wanted, current, observed: found });

  it('gives the new release a growing share, soaks at each weight, and each undo is the weight before', () => {
    const plan = planRollout(input);
    expect(read(plan).filter((line) => line.startsWith('switch'))).toEqual([
      'switch: switch routes to bbb at 10 % on local ↺ switch routes to aaa on local',
      'switch: watch instances at 10 % on local | verify #1 smoke at 10 % on local',
      'switch: switch routes to bbb at 50 % on local ↺ switch routes to bbb at 10 % on local',
      'switch: watch instances at 50 % on local | verify #1 smoke at 50 % on local',
      'switch: stop jobs aaa on local ↺ start jobs aaa on local',
      'switch: start jobs bbb on local ↺ remove jobs bbb on local',
      'switch: switch routes to bbb on local ↺ switch routes to bbb at 50 % on local',
    ]);
    const ids = plan.phases.flatMap(({ name, batches }) => batches.flat().map((step) => stepId(name, step)));
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('switches at once where there is nothing to go from, and on the way back, which it says', () => {
    const isShared = (plan: Plan) => read(plan).some((line) => line.includes('%'));
    expect(isShared(planRollout(planning({ wanted })))).toBe(false);
    const back = planRollout({ ...input, kind: 'rollback' });
    expect(isShared(back)).toBe(false);
    expect(back.warnings).toEqual(['all traffic goes back at once, without canary steps']);
  });
});

describe('a rolling plan', () => {
  const rolling = (more: object) => ({
    strategy: { kind: 'rolling', batch: 1, of: 'instances', pause: 1_000, ...more } as const,
  });
  const three = [service('web', { replicas: 3, dependsOn: web.dependsOn }), api, jobs];
  const replicas = (release: string) =>
    [1, 2, 3].map((n) =>
      running(release, 'web', { name: `windlass-shop-production-${release}-web${n > 1 ? `-${n}` : ''}` }),
    );
  const found = observed([...replicas('aaa'), running('aaa', 'api'), running('aaa', 'jobs')], ['aaa'], 'aaa');
  const planned = (more: object = {}, kind: 'release' | 'rollback' = 'release') => {
    const both = ['aaa', 'bbb'].map((name) => record(name, environment(three, rolling(more))));
    return read(planRollout(planning({ kind, current: both[0], wanted: both[1], observed: found })));
  };
  const withoutUndo = (lines: string[]) => lines.map((line) => line.replaceAll(/ ↺[^|]*?(?= \||$)/g, ''));

  it('starts a batch, gives it its share, watches it, and only then stops as many old ones', () => {
    const lines = planned();
    expect(withoutUndo(lines).filter((line) => /start|switch:|remove/.test(line))).toEqual([
      'prepare: start api bbb on local',
      'prepare: start web bbb on local',
      'switch: switch routes to bbb at 33 % on local',
      'switch: watch instances at 33 % on local',
      'switch: stop web aaa down to 2 on local',
      'switch: start web ×2 bbb on local',
      'switch: switch routes to bbb at 67 % on local',
      'switch: watch instances at 67 % on local',
      'switch: stop web aaa down to 1 on local',
      'switch: start web ×3 bbb on local',
      'switch: stop jobs aaa on local',
      'switch: start jobs bbb on local',
      'switch: switch routes to bbb on local',
      'retire: remove api aaa on local | remove jobs aaa on local | remove web aaa on local',
      'retire: remove networks of aaa on local | prune images on local',
    ]);
    expect(lines).toContain('switch: stop web aaa down to 2 on local ↺ start web ×3 aaa on local');
    expect(lines).toContain('switch: start web ×2 bbb on local ↺ remove web bbb down to 1 on local');
    expect(lines).toContain('switch: switch routes to bbb at 67 % on local ↺ switch routes to bbb at 33 % on local');
  });

  it('takes batches by percentage, and has no pause on the way back', () => {
    expect(planned({ batch: '50%' }).filter((line) => line.includes('%'))).toHaveLength(3);
    expect(planned({}, 'rollback').filter((line) => line.includes('watch instances at'))).toEqual([]);
  });

  it('takes hosts as a whole, all of them prepared before', () => {
    const hosts = ['a', 'b', 'c'].map((name) => ({ kind: 'docker' as const, name, address: name }));
    const both = ['aaa', 'bbb'].map((name) =>
      record(name, environment([service('web')], { targets: hosts, ...rolling({ of: 'hosts', batch: 2 }) })),
    );
    const there = { containers: [running('aaa', 'web')], networks: ['aaa'], routes: { release: 'aaa', counter: 1 } };
    const input = planning({
      current: both[0],
      wanted: both[1],
      observed: { targets: { a: there, b: there, c: there } },
    });
    const lines = withoutUndo(read(planRollout(input)));
    expect(lines.filter((line) => /start|switch:/.test(line))).toEqual([
      'prepare: start web bbb on a | start web bbb on b | start web bbb on c',
      'switch: switch routes to bbb on a | switch routes to bbb on b',
      'switch: watch instances at 67 % on a | watch instances at 67 % on b',
      'switch: switch routes to bbb on c',
    ]);
  });
});

describe('a plan', () => {
  const wanted = record('bbb', environment([web]));
  const current = record('aaa', environment([web]));

  it('is the same for the same input, and differs when an instance was replaced by hand', () => {
    const input = (id: string) =>
      planning({ wanted, current, observed: observed([running('aaa', 'web', { id })], ['aaa'], 'aaa') });
    const approved = planRollout(input('1'));
    expect(planRollout(input('1'))).toEqual(approved);
    expect(comparePlans(approved, planRollout(input('2')))).toEqual([
      'was: local: windlass-shop-production-aaa-web 1',
      'is: local: windlass-shop-production-aaa-web 2',
    ]);
  });

  it('says what changes, service by service', () => {
    const after = record(
      'bbb',
      environment([
        service('web', {
          image: 'r/web@sha256:' + 'b'.repeat(64),
          container: { environment: { A: '2' }, mounts: [], ports: [], expose: [] },
        }),
        api,
      ]),
    );
    expect(planRollout(planning({ wanted: after, current })).changes).toEqual([
      'web.container.environment.A: nothing → 2',
      'web.dependsOn: [{"service":"api","condition":"healthy"}] → []',
      'web.image: sha256:aaaaaaaaaaaa → sha256:bbbbbbbbbbbb',
      'api: new, sha256:aaaaaaaaaaaa',
    ]);
  });

  it('is refused when requests are to come in where the proxy does not listen, with what it costs to have it', () => {
    const secure = {
      routes: [{ service: 'web', host: 'shop.example.com', path: '/', port: 80, https: true as const }],
    };
    const next = record('bbb', environment([web], secure));
    const had = proxy('http');
    const there = { targets: { local: { containers: [], networks: [], proxy: had } } };
    const made = proxy('http', 'https');
    expect(() => planRollout(planning({ wanted: next, observed: there, proxy: made }))).toThrow(
      'shop.example.com needs HTTPS, but the proxy of local has no entry point for it. To add it, recreate the proxy: ' +
        'windlass bootstrap production --host local. It refuses requests for all applications on that host for some seconds',
    );
    expect(() => planRollout(planning({ wanted: next }))).toThrow(/set WINDLASS_PROXY_HTTPS \(443\)/);
    expect(planRollout(planning({ wanted: next, proxy: made })).phases).not.toEqual([]);
    const listening = { targets: { local: { containers: [], networks: [], proxy: made } } };
    expect(planRollout(planning({ wanted: next, observed: listening })).phases).not.toEqual([]);
  });

  it('is refused when the proxy does not listen on the port of a route by TCP', () => {
    const tcp = { routes: [{ service: 'web', host: ':5432', path: '/', port: 80, protocol: 'tcp' as const }] };
    const next = record('bbb', environment([web], tcp));
    const there = { targets: { local: { containers: [], networks: [], proxy: proxy('http', 'tcp-6379') } } };
    expect(() => planRollout(planning({ wanted: next, observed: there, proxy: proxy('http') }))).toThrow(
      'TCP port 5432 needs its port, but the proxy of local has no entry point for it. To add it, add 5432 to WINDLASS_PROXY_TCP ' +
        '(comma-separated ports) for the worker, restart it, and recreate the proxy: windlass bootstrap production --host local. ' +
        'It refuses requests for all applications on that host for some seconds',
    );
    expect(planRollout(planning({ wanted: next, proxy: proxy('http', 'tcp-5432') })).phases).not.toEqual([]);
  });

  const route = { service: 'web', host: 'shop.example', path: '/', port: 80 };
  const canary = { kind: 'canary' as const, steps: [{ weight: 10, soak: 1000 }] };
  it.each([
    ['h2c', { routes: [{ ...route, protocol: 'h2c' as const }] }, 'shop.example/ needs HTTP/2'],
    ['weights', { routes: [route], strategy: canary }, 'canary splits requests between two releases'],
    ['tcp', { routes: [{ ...route, host: ':5432', protocol: 'tcp' as const }] }, 'TCP port 5432 needs its port'],
    ['https', { routes: [{ ...route, https: true as const }] }, 'shop.example needs HTTPS'],
  ])('is refused when the kind of proxy cannot do it: %s', (lacking, more, what) => {
    const next = record('bbb', environment([web], more));
    const listening = proxy('http', 'https', 'tcp-5432');
    const weak = { ...listening, kind: 'weak', can: listening.can.filter((one) => one !== lacking) };
    const there = { targets: { local: { containers: [], networks: [], proxy: weak } } };
    const cost = 'It refuses requests for all applications on that host for some seconds';
    expect(() => planRollout(planning({ wanted: next, proxy: weak }))).toThrow(
      `${what}, but the proxy of local, weak, does not support it. To add it, choose another proxy than weak with WINDLASS_PROXY for the ` +
        'worker, restart it, and release again',
    );
    expect(() => planRollout(planning({ wanted: next, observed: there, proxy: listening }))).toThrow(
      `${what}, but the proxy of local, weak, does not support it. To add it, recreate the proxy: windlass bootstrap production --host local. ${cost}`,
    );
    expect(planRollout(planning({ wanted: next, proxy: listening })).phases).not.toEqual([]);
  });
});
