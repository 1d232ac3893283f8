import type { ComposedContainer } from '../../../src/model/observed';
import type { PlanningInput } from '../../../src/plan/planning';
import { planRollout } from '../../../src/plan/planRollout';
import { composed, digest, environment, planning, readPlan, record, service } from './fixtures';

const web = service('web', {
  dependsOn: [{ service: 'db', condition: 'healthy' }],
  container: { environment: {}, mounts: [], ports: [], expose: [], restart: { name: 'always' } },
});
const jobs = service('jobs', { kind: 'background' });
const db = (more: object = {}) => service('db', { kind: 'accessory', ...more });
const here = (...containers: ComposedContainer[]) => ({
  hosts: { local: { containers: [], networks: [], composed: containers } },
});
const port = (number: number, ip = '0.0.0.0') => ({ ports: [{ ip, port: number }] });

const first = (containers: ComposedContainer[], more: Partial<PlanningInput> = {}) =>
  planRollout(
    planning({
      wanted: record('aaa', environment([web, jobs, db()])),
      accessorySpecs: { db: 's' },
      observed: here(...containers),
      ...more,
    }),
  );
const inSwitch = (plan: ReturnType<typeof planRollout>) => readPlan(plan).filter((line) => line.startsWith('switch'));

describe('a compose project that runs', () => {
  it('serves until the switch, and its accessories stay as they are', () => {
    const plan = first([composed('web', port(8080)), composed('jobs'), composed('db')]);
    expect(readPlan(plan)).toContain('prepare: start accessory db (adopts shop-db-1) on local');
    expect(inSwitch(plan)).toEqual([
      'switch: stop shop-jobs-1 on local ↺ start shop-jobs-1 on local',
      'switch: start jobs aaa on local ↺ remove jobs aaa on local',
      'switch: switch routes to aaa on local ↺ switch routes to nothing on local',
      'switch: stop shop-web-1 on local ↺ start shop-web-1 on local',
    ]);
    expect(plan.warnings).toEqual([
      'shop-db-1 (db) of the compose project shop is adopted as it is, with the data: what the compose file says counts from its next change on',
      'shop-web-1 (web), shop-jobs-1 (jobs) of the compose project shop are stopped at the switch and kept; if the release goes back, they are started again. ' +
        'Remove later: docker compose -p shop rm',
      'shop-web-1 (web) is reached on port 8080 of the host today; from the switch on nothing listens there, and requests come in on port 80, for shop.localhost',
    ]);
    expect(plan.before).toEqual(['web', 'jobs', 'db'].map((name) => `local: shop-${name}-1 ${composed(name).id}`));
  });

  it('says whose published port moves to another network, and only where it does', () => {
    const published = { ports: [{ ip: '127.0.0.1', port: 5432 }] };
    const lost = (networks: string[], more: object = published) =>
      first([composed('db', { ...more, networks })]).warnings.filter((line) => line.includes('break then'));
    expect(lost(['wordpress_default'])).toEqual([
      'shop-db-1 (db) joins networks that begin with windlass-shop-production, a name that sorts before its own wordpress_default: ' +
        'connections to its published port 5432 break then and are to be made again',
    ]);
    expect(lost(['wordpress_default', 'shop_default'])).toEqual([]);
    expect(lost(['wordpress_default'], {})).toEqual([]);
  });

  it('gives the port that the proxy needs at the switch, after the routes are set', () => {
    const plan = first([composed('web', port(80)), composed('db'), composed('old', port(80))]);
    expect(readPlan(plan)[0]).toMatch(/^prepare: ensure proxy \(closed\) on local/);
    expect(inSwitch(plan).slice(-3)).toEqual([
      'switch: switch routes to aaa on local ↺ switch routes to nothing on local',
      'switch: stop shop-web-1 on local ↺ start shop-web-1 on local | stop shop-old-1 on local ↺ start shop-old-1 on local',
      'switch: open proxy on local ↺ close proxy on local',
    ]);
    expect(plan.warnings).toContainEqual(
      expect.stringMatching(/^OUTAGE: port 80 passes from shop-web-1 \(web\), shop-old-1 \(old\) to the proxy/),
    );
  });

  it.each([
    ['127.0.0.1:8080', '127.0.0.1', true],
    ['127.0.0.1:8080', '0.0.0.0', true],
    ['8080', '10.0.0.1', true],
    ['127.0.0.1:8080', '10.0.0.1', false],
  ])('the proxy at %s and a port of %s: the same is %s', (proxyHttp, ip, isSame) => {
    const plan = first([composed('web', port(8080, ip))], { proxyHttp });
    expect(readPlan(plan).some((line) => line.includes('open proxy'))).toBe(isSame);
  });

  it('is started again with the restart policy that it had, or that compose gave it', () => {
    const undoOf = (more: Partial<ComposedContainer>) =>
      first([composed('web', more)])
        .phases.flatMap(({ batches }) => batches.flat())
        .find(({ operation }) => operation.name === 'stopComposed')?.undo;
    expect(undoOf({ restart: { name: 'on-failure', times: 2 } })).toMatchObject({
      restart: { name: 'on-failure', times: 2 },
    });
    expect(undoOf({})).toMatchObject({ restart: { name: 'always' } });
  });

  it('stops first where two cannot have the same volume or port', () => {
    const wanted = record('aaa', environment([web, db()], { strategy: { kind: 'recreate' } }));
    expect(inSwitch(first([composed('web'), composed('db')], { wanted }))[0]).toBe(
      'switch: stop shop-web-1 on local ↺ start shop-web-1 on local',
    );
  });

  it('is left alone where the release has no such service, and where it does not run', () => {
    const plan = first([composed('mail'), composed('web', { state: 'exited' })]);
    expect(readPlan(plan).filter((line) => line.includes('shop-'))).toEqual([]);
    expect(plan.warnings).toEqual([
      'shop-mail-1 (mail) of the compose project shop is no service of the release, and stays as it runs',
    ]);
  });

  it('is refused where an accessory would be several containers', () => {
    expect(() => first([composed('db'), composed('db', { name: 'shop-db-2' })])).toThrow(
      /docker compose runs shop-db-1 and shop-db-2, and an accessory is one container/,
    );
  });

  it('is refused under another name, for its volumes would be others', () => {
    const wanted = record('bbb', environment([web], { project: 'other' }));
    expect(() => first([], { wanted, current: record('aaa', environment([web])) })).toThrow(
      /^the project is other, and was shop/,
    );
  });
});

describe('an adopted accessory', () => {
  const changed = db({ image: `registry/shop/db@${digest('b')}` });
  const current = record('aaa', environment([web, db()]));
  const next = (containers: ComposedContainer[], wanted = changed, more: Partial<PlanningInput> = {}) =>
    readPlan(first(containers, { wanted: record('bbb', environment([web, wanted])), current, ...more })).filter(
      (line) => line.includes(' db') && !line.includes('pull'),
    );

  it('stays what it is as long as it does not change', () => {
    expect(next([composed('db')], db())).toEqual(['prepare: start accessory db (adopts shop-db-1) on local']);
  });

  it('is made anew when it changes; the way back is the container of compose, which is never removed', () => {
    expect(next([composed('db')])).toEqual(['prepare: recreate accessory db on local ↺ restore accessory db on local']);
  });

  it('is never joined by a second one: where it stopped, it is put aside before another is made', () => {
    expect(next([composed('db', { state: 'exited' })], db())).toEqual([
      'prepare: recreate accessory db on local ↺ restore accessory db on local',
    ]);
  });

  it('is put back when the rollout that made it anew was terminated', () => {
    const plan = next([composed('db', { state: 'exited' })], db(), { kind: 'restore', wanted: current });
    expect(plan).toEqual([
      'prepare: restore accessory db on local',
      'prepare: start accessory db (adopts shop-db-1) on local',
    ]);
  });
});
