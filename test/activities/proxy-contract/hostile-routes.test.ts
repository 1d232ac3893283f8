import { instanceName, proxyName } from '../../../src/model/names';
import type { Verification } from '../../../src/manifest/kinds';
import { describeWith } from '../../setup/parts';
import { failureOf } from '../fixtures';
import { makeTestBed, service, type TestBed } from '../rollout/rollout-fixtures';
import { PROXY_KINDS } from './kinds';

const ROUTE = { service: 'web', host: 'shop.example', path: '/', port: 80 };

/** Records of an older windlass, or forged ones, and places that want what another one has; against the real proxy. */
describe.each(PROXY_KINDS)('$kind', (tested) =>
  describeWith(tested.needs, 'routes that would be something else', () => {
    let bed: TestBed;
    beforeAll(async () => {
      bed = await makeTestBed(tested.settings());
      put({});
      await bed.perform('ensureProxy', {});
      await bed.perform('createNetworks', { release: 'r' });
      await bed.perform('startInstances', { release: 'r', service: 'web', count: 1 });
      await bed.perform('switchRoutes', { release: 'r' });
    });
    afterAll(() => bed.cleanUp());

    const put = (more: object, verifications: Verification[] = []) =>
      bed.release('r', { services: [service('web')], routes: [{ ...ROUTE, ...more }], verifications });
    const setRoutes = (more: object, place: object = {}) =>
      bed.deps.proxy.setRoutes(
        bed.engine,
        { ...bed.place, ...place },
        { counter: 1, release: 'r', routes: [{ ...ROUTE, instances: [instanceName(bed.place, 'r', 'web')], ...more }] },
      );
    const removeRoutes = (place: object) =>
      bed.deps.proxy.setRoutes(bed.engine, { ...bed.place, ...place }, { counter: 1, routes: [] });
    const inProxy = (script: string) => bed.engine.exec(proxyName(bed.place.installation), ['sh', '-c', script]);
    const written = async (app: string) => (await inProxy(`cat ${tested.file(`${app}-staging`)}`)).stdout;
    const drift = async () => {
      const { place, inspect, refTo } = bed;
      return (await inspect.inspectEnvironment({ ...place, record: refTo('r') })).drift;
    };

    test.each([
      ['a variable of the proxy', { path: '/x{{`PATH`|env}}' }],
      ['what is decoded to anything', { path: `/{{"${Buffer.from('"}}}').toString('base64')}"|b64dec}}` }],
      ['a template that nobody can read', { path: '/{{' }],
      ['half a sign', { path: '/a\ud800b' }],
      ['another rule', { path: '/") || Host("shop.localhost' }],
      ['a second line', { host: 'shop.example\n# counter 99' }],
      ['another server', { instances: ['web:80@evil'] }],
      ['no port', { port: '80/evil' }],
    ])('%s in a route is written by nobody, and holds nobody up', async (_, more) => {
      const failure = await failureOf(setRoutes({ host: 'evil.example', ...more }, { app: 'evil' }));
      expect(failure).toMatchObject({ type: 'Permanent', kind: 'bad-route' });
      expect(failure.message).toMatch(/^the routes of evil-staging were not written: .* is not /);
      expect(await written('evil')).toBe('');
      await setRoutes({});
    });

    test('an address is one place’s: the same, one below and one above it are refused, another is not', async () => {
      const wants = (more: object) => failureOf(setRoutes(more, { app: 'other' }));
      expect(await wants({})).toMatchObject({
        type: 'Permanent',
        kind: 'address-taken',
        operation: 'switchRoutes',
        message: expect.stringMatching(
          /^shop\.example\/ is an address of shop-staging\. Route another host name or path, /,
        ),
      });
      expect((await wants({ path: '/cart' })).message).toMatch(
        /^shop\.example\/cart is an address of shop-staging, which owns shop\.example\/\. /,
      );
      await setRoutes({ path: '/shop' });
      expect((await wants({ path: '/' })).kind).toBe('address-taken');
      expect((await wants({ path: '/shop/' })).kind).toBe('address-taken');
      expect(await written('other')).toBe('');
      await setRoutes({ path: '/cart' }, { app: 'other' });
      await setRoutes({ host: 'other.example' }, { app: 'other' });
      await removeRoutes({ app: 'other' });
      await setRoutes({});
      const taken = await bed.deps.proxy.readTaken(bed.engine, { ...bed.place, app: 'other' });
      expect(taken).toEqual([{ owner: 'shop-staging', host: 'shop.example', path: '/' }]);
    });

    test('two that want it at the same moment: one has it', async () => {
      const ends = await Promise.allSettled(
        ['one', 'two', 'three'].map((app) => setRoutes({ host: 'race.example' }, { app })),
      );
      expect(ends.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected']);
      for (const app of ['one', 'two', 'three']) await removeRoutes({ app });
    });

    test('who takes requests by a file that windlass did not write is reported, at the switch and by status', async () => {
      expect(await drift()).toEqual([]);
      const pay = { host: 'shop.example', path: '/pay' };
      const takes = `takes requests of shop.example/: ${tested.strangersRule(pay)}`;
      await inProxy(tested.stranger(pay));
      expect(await drift()).toEqual([expect.stringContaining(takes)]);
      expect(await failureOf(setRoutes({}))).toMatchObject({ kind: tested.strangersRefusal });
      await inProxy(`rm ${tested.file('stranger')}; sleep 1`);
      await setRoutes({});
      expect(await drift()).toEqual([]);
    });

    test('status asks the proxy who answers: a router or server that is another one is reported', async () => {
      const change = (what: 'host' | 'server', to: string) =>
        inProxy(tested.change(tested.file('shop-staging'), what, to));
      await setRoutes({});
      await change('server', 'somebody');
      const own = instanceName(bed.place, 'r', 'web');
      expect(await drift()).toEqual([
        'local: shop.example/ is answered by somebody. Expected r',
        `local: shop.example/ is not answered by ${own}. Expected all instances of r`,
      ]);
      await change('host', 'other.example');
      expect(await drift()).toEqual([
        'local: nobody answers at shop.example/: the proxy has no route for it. Expected r',
      ]);
      const beside = { percent: 30, port: 80, instances: ['older'] };
      await setRoutes({ beside });
      expect(await drift()).toEqual(['local: shop.example/ is answered by older (70 %). Expected r']);
      await setRoutes({});
      expect(await drift()).toEqual([]);
    });

    test.each(['host', 'worker'] as const)('a verification from the %s asks one question', async (from) => {
      const bad = ['/ HTTP/1.1\r\nHost: other.example\r\n\r\nGET /env', '/ä b', '/a\rb', 'x'];
      for (const path of bad) {
        const asked: Verification = {
          kind: 'http',
          service: 'web',
          title: 'asked',
          path,
          method: 'GET',
          status: 200,
          attempts: 1,
          from,
        };
        put({}, [asked]);
        const began = Date.now();
        const failure = await failureOf(bed.perform('verify', { release: 'r', index: 0, title: 'asked' }));
        expect(failure).toMatchObject({ type: 'Permanent', kind: 'bad-request' });
        expect(Date.now() - began).toBeLessThan(5_000);
      }
    });
  }),
);
