import type { ComposeContainer } from '../../../src/model/observed';
import { planRollout } from '../../../src/plan/plan-rollout';
import { composed, digest, environment, planning, readPlan, record, service } from './fixtures';

const web = service('web', {
  dependsOn: [{ service: 'db', condition: 'healthy' }],
  container: { environment: {}, mounts: [], ports: [], expose: [], restart: { name: 'always' } },
});
const jobs = service('jobs', { kind: 'background' });
const db = (more: object = {}) => service('db', { kind: 'accessory', ...more });
const here = (...containers: ComposeContainer[]) => ({
  targets: { local: { containers: [], networks: [], composed: containers } },
});
const port = (number: number, ip = '0.0.0.0') => ({ ports: [{ ip, port: number }] });

const first = (containers: ComposeContainer[], more: Parameters<typeof planning>[0] = {}) =>
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
      'shop-db-1 (db) of the compose project shop is adopted unchanged, with the data; the compose file applies from its next change',
      'shop-web-1 (web), shop-jobs-1 (jobs) of the compose project shop are stopped at the switch and kept; if the release goes back, they restart. To remove later: docker compose -p shop rm',
      'shop-web-1 (web) is published on host port 8080 today; the switch closes it, and requests come in on port 80 for shop.localhost',
    ]);
    expect(plan.before).toEqual(['web', 'jobs', 'db'].map((name) => `local: shop-${name}-1 ${composed(name).id}`));
  });

  it('hands the ports for HTTPS and for TCP to the proxy, too', () => {
    const proxyOthers = ['443', '127.0.0.1:5432'];
    const plan = first(
      [composed('web', { ports: [{ ip: '', port: 443 }] }), composed('jobs', port(5432, '127.0.0.1'))],
      { proxyOthers },
    );
    expect(readPlan(plan)).toContainEqual(expect.stringContaining('ensure proxy (closed) on local'));
    expect(plan.warnings.join()).toContain(
      'port 443, 5432 passes from shop-web-1 (web), shop-jobs-1 (jobs) to the proxy',
    );
    expect(inSwitch(plan).at(-1)).toBe('switch: open proxy on local ↺ close proxy on local');
    expect(readPlan(first([composed('jobs', port(5432, '10.0.0.7'))], { proxyOthers })).join()).not.toContain('closed');
  });

  it('is refused where an accessory that is adopted has a port that the proxy is to listen on', () => {
    const adopting = () => first([composed('db', port(5432))], { proxyOthers: ['5432'] });
    expect(adopting).toThrow(
      /^shop-db-1 \(db\) would be adopted unchanged, and publishes port 5432, where the proxy must listen\. Remove the port/,
    );
  });

  it('names what has another value today, and never one of a secret', () => {
    const greeting = { GREETING: 'hello', MODE: 'x', TOKEN: '{{secret:TOKEN}}', API_KEY: '1', NEW: '1' };
    const wanted = record(
      'aaa',
      environment([{ ...web, container: { ...web.container, environment: greeting } }, db()]),
    );
    const told = (variables: Record<string, string>) =>
      first([composed('web', { variables })], { wanted }).warnings.filter((line) => line.includes('other values'));
    expect(told({ GREETING: 'hi there', MODE: 'x', TOKEN: 'tok' })).toEqual([
      'shop-web-1 (web) runs with other values today, which change: GREETING ("hi there" → "hello"), NEW (not set → "1"). To keep one, set it under variables of the environment',
    ]);
    expect(told({ GREETING: 'hello', MODE: 'x', NEW: '1' })).toEqual([]);
  });

  it('says whose published port moves to another network, and only where it does', () => {
    const published = { ports: [{ ip: '127.0.0.1', port: 5432 }] };
    const lost = (networks: string[], more: object = published) =>
      first([composed('db', { ...more, networks })]).warnings.filter((line) => line.includes('must be reopened'));
    expect(lost(['wordpress_default'])).toEqual([
      'shop-db-1 (db) joins networks named windlass-shop-production…, which sort before its own wordpress_default: ' +
        'connections to its published port 5432 break and must be reopened',
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
      expect.stringMatching(
        /^OUTAGE of some seconds: port 80 passes from shop-web-1 \(web\), shop-old-1 \(old\) to the proxy/,
      ),
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
    const undoOf = (more: Partial<ComposeContainer>) =>
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
      'shop-mail-1 (mail) of the compose project shop is not in the release and keeps running',
    ]);
  });

  it('is refused where an accessory would be several containers', () => {
    expect(() => first([composed('db'), composed('db', { name: 'shop-db-2' })])).toThrow(
      /docker compose runs shop-db-1 and shop-db-2, but an accessory is one container/,
    );
  });

  it('is refused under another name, for its volumes would be others', () => {
    const wanted = record('bbb', environment([web], { project: 'other' }));
    expect(() => first([], { wanted, current: record('aaa', environment([web])) })).toThrow(
      /^the project is other, but the volumes in use are named after shop/,
    );
  });
});

describe('an adopted accessory', () => {
  const changed = db({ image: `registry/shop/db@${digest('b')}` });
  const current = record('aaa', environment([web, db()]));
  const next = (containers: ComposeContainer[], wanted = changed, more: Parameters<typeof planning>[0] = {}) =>
    readPlan(first(containers, { wanted: record('bbb', environment([web, wanted])), current, ...more })).filter(
      (line) => line.includes(' db') && !line.includes('pull'),
    );

  it('stays what it is as long as it does not change', () => {
    expect(next([composed('db')], db())).toEqual(['prepare: start accessory db (adopts shop-db-1) on local']);
  });

  it('is recreated when it changes; the way back is the container of compose, which is never removed', () => {
    expect(next([composed('db')])).toEqual(['prepare: recreate accessory db on local ↺ restore accessory db on local']);
  });

  it('is never joined by a second one: where it stopped, it is put aside before another is made', () => {
    expect(next([composed('db', { state: 'exited' })], db())).toEqual([
      'prepare: recreate accessory db on local ↺ restore accessory db on local',
    ]);
  });

  it('is none where its data is elsewhere than the release has it: it would go on as it is, and the record would say otherwise', () => {
    const volumes = [{ name: 'data' }, { name: 'other' }];
    const mounts = [{ type: 'volume' as const, volume: 'other', target: '/data' }];
    const wanted = record('aaa', environment([web, db({ container: { ...web.container, mounts } })], { volumes }));
    const containers = (store: string) => [composed('db', { writes: [{ target: '/data', store }] })];
    const plan = first(containers('shop_data'), { wanted, acceptEmpty: ['db'] });
    expect(readPlan(plan).join()).toContain('recreate accessory db on local');
    expect(plan.warnings.join()).toContain(
      'shop-db-1 (db) keeps its data in shop_data, but the release keeps it elsewhere',
    );
    expect(readPlan(first(containers('shop_other'), { wanted })).join()).toContain(
      'start accessory db (adopts shop-db-1)',
    );
  });

  it('is put back when the rollout that recreated it was terminated', () => {
    const plan = next([composed('db', { state: 'exited' })], db(), { kind: 'restore', wanted: current });
    expect(plan).toEqual([
      'prepare: restore accessory db on local',
      'prepare: start accessory db (adopts shop-db-1) on local',
    ]);
  });
});
