import { setTimeout as pause } from 'node:timers/promises';
import { proxySettings } from '../../../activities/engines/proxy/proxy-settings';
import { instanceName } from '../../../src/model/names';
import { describeWith } from '../../setup/parts';
import { failureOf, until } from '../fixtures';
import type { TestBed } from '../rollout/rollout-fixtures';
import { askEcho, openEcho, ROUTE } from './echo';
import { PROXY_KINDS } from './kinds';

describe.each(PROXY_KINDS)('$kind', ({ needs, settings, semicolon }) =>
  describeWith([...needs, 'node'], 'requests through a proxy', () => {
    let bed: TestBed;
    beforeAll(async () => {
      bed = await openEcho(settings());
    });
    afterAll(() => bed.cleanUp());
    const ask = (path: string, headers: object = {}) => askEcho(bed, path, headers);

    test.each([
      '/a//b',
      '//a',
      '/img/https://cdn.example/x.png',
      '/a/../b',
      '/a/./b',
      '/a%2Fb%5Cc%3Bd%25e%3Ff%23g',
      '/a;b=c',
      '/?x=a&y=%20+b',
      "/~a!$&'()*+,;=:@-._",
    ])('%s comes as it was sent', async (path) => {
      expect((await ask(path)).url).toBe(path);
    });

    test('a semicolon in a query separates nothing, as little as where it is sent', async () => {
      expect((await ask('/q?x=1;y=2')).url).toBe(`/q?x=1${semicolon}y=2`);
    });

    test('what a client says of forwarding is believed of nobody but a balancer that the worker names', async () => {
      const said = {
        'x-forwarded-proto': 'https',
        'x-forwarded-for': '203.0.113.9',
        'x-forwarded-host': 'other.example',
      };
      const { headers } = await ask('/', said);
      expect(headers['x-forwarded-proto']).toBe('http');
      expect(headers['x-forwarded-for']).not.toContain('203.0.113.9');
      expect(headers['x-forwarded-host']).toBe(ROUTE.host);
      // what applications make addresses of that they send people to
      const elsewhere = await ask('/', { host: `${ROUTE.host}:8123`, 'x-forwarded-port': '1' });
      expect(elsewhere.headers).toMatchObject({ host: `${ROUTE.host}:8123`, 'x-forwarded-port': '8123' });

      // requests over a published port come from the gateway of the proxy's network
      const trusted = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '127.0.0.1'];
      await bed.deps.proxy.replace(bed.engine, { ...proxySettings(bed.deps.settings), trusted });
      await until(async () => (await ask('/')).url === '/');
      const { headers: kept } = await ask('/', said);
      expect(kept['x-forwarded-proto']).toBe('https');
      expect(kept['x-forwarded-for']).toMatch(/^203\.0\.113\.9, /);
    });

    test('an instance without a health command is asked over its route while it soaks', async () => {
      const touch = (path: string) => bed.engine.exec(instanceName(bed.place, 'r', 'web'), ['touch', path]);
      const watch = (forMs: number) => bed.perform('watchInstances', { release: 'r', forMs });
      await touch('/tmp/once');
      await watch(3_000);

      const soak = failureOf(watch(60_000));
      await pause(500);
      await touch('/tmp/bad');
      expect(await soak).toMatchObject({
        type: 'Permanent',
        kind: 'unhealthy-in-soak',
        service: 'web',
        message: expect.stringMatching(
          /-web gave 3 bad answers in a row: answers 500 on port 80 to \/\. .*, [\d.]+ s into the soak$/,
        ),
      });
      // it is not passed by the clock alone
      expect(await failureOf(watch(100))).toMatchObject({ kind: 'unhealthy-in-soak' });
    });
  }),
);
