import { request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { proxySettings } from '../../../activities/engines/proxy/proxy-settings';
import { instanceName } from '../../../src/model/names';
import { describeWith, parts } from '../../setup/parts';
import { failureOf, until } from '../fixtures';
import { makeTestBed, service, type TestBed } from '../rollout/rollout-fixtures';
import type { TestedProxy } from './kinds';

const ROUTE = { service: 'web', host: 'shop.example', path: '/', port: 80 };
/** Longer than what proxies cut off by themselves: 60 s. */
const LONG_MS = 63_000;

/** Says what it was asked, after as long as the query wants; while there is /tmp/bad it answers 500, and once for /tmp/once. */
const APPLICATION = `
const { existsSync, rmSync } = require('node:fs');
process.on('SIGTERM', () => process.exit(0));
require('node:http').createServer({ requestTimeout: 0 }, (question, answer) => {
  let bytes = 0;
  question.on('data', (data) => (bytes += data.length));
  question.on('end', () => {
    const once = existsSync('/tmp/once');
    rmSync('/tmp/once', { force: true });
    answer.statusCode = once || existsSync('/tmp/bad') ? 500 : 200;
    const wait = Number(/wait=(\\d+)/.exec(question.url)?.[1] ?? 0);
    setTimeout(() => answer.end(JSON.stringify({ url: question.url, headers: question.headers, bytes })), wait);
  });
}).listen(80);
`;

/** How requests pass a proxy. A file for each kind calls it, because each takes more than a minute. */
export const requestsPass = ({ kind, needs, settings, semicolon }: TestedProxy): void =>
  describeWith([...needs, 'node'], `requests through ${kind}`, () => {
    let bed: TestBed;
    beforeAll(async () => {
      bed = await makeTestBed(settings());
      const command = ['node', '-e', APPLICATION];
      const web = service('web', { command }, { image: parts().node.name, healthyWithinMs: 60_000 });
      bed.release('r', { services: [web], routes: [ROUTE] });
      await bed.perform('ensureProxy', {});
      await bed.perform('createNetworks', { release: 'r' });
      await bed.perform('startInstances', { release: 'r', service: 'web', count: 1 });
      await bed.perform('switchRoutes', { release: 'r' });
    });
    afterAll(() => bed.cleanUp());

    interface Seen {
      url: string;
      headers: Record<string, string>;
      bytes: number;
    }
    const ask = (
      path: string,
      headers: object = {},
      body: (write: (text: string) => void) => Promise<void> = async () => {},
    ) =>
      new Promise<Seen>((resolve, reject) => {
        const options = { ...bed.http, path, method: 'POST', agent: false, headers: { host: ROUTE.host, ...headers } };
        const asked = request(options, (answer) => {
          let text = '';
          answer.on('data', (data: Buffer) => (text += data.toString()));
          answer.on('end', () =>
            answer.statusCode === 200
              ? resolve(JSON.parse(text) as Seen)
              : reject(new Error(`${answer.statusCode} ${text}`)),
          );
        }).on('error', reject);
        void body((data) => asked.write(data)).then(() => asked.end());
      });

    test('uploads and answers may take as long as they take', async () => {
      const upload = ask('/upload', {}, async (write) => {
        for (const end = Date.now() + LONG_MS; Date.now() < end; await pause(500)) write('x'.repeat(500));
      });
      const poll = ask(`/poll?wait=${LONG_MS}`);
      const [uploaded, polled] = await Promise.all([upload, poll]);
      expect(uploaded.bytes).toBeGreaterThan(10_000);
      expect(polled.url).toBe(`/poll?wait=${LONG_MS}`);
    });

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
  });
