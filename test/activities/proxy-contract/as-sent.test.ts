import { request, type ClientRequest, type IncomingMessage } from 'node:http';
import { describeWith, parts } from '../../setup/parts';
import { makeTestBed, service, type TestBed } from '../rollout/rollout-fixtures';
import { ROUTE } from './echo';
import { PROXY_KINDS } from './kinds';

/** Says what it was sent. A query of `head=N` asks for N KB in the head of the answer, `trailer` for one behind it. */
const APPLICATION = `
process.on('SIGTERM', () => process.exit(0));
require('node:http').createServer({ maxHeaderSize: 1 << 20 }, (question, answer) => {
  let bytes = 0;
  question.on('data', (data) => (bytes += data.length));
  question.on('end', () => {
    const { method, url, headers, trailers } = question;
    const cookies = Array.from({ length: Number(/head=(\\d+)/.exec(url)?.[1] ?? 0) }, (_, n) => n + '=' + 'x'.repeat(1000));
    answer.setHeader('set-cookie', cookies);
    answer.setHeader('x-said', JSON.stringify({ method, url, bytes }));
    if (/trailer/.test(url)) answer.setHeader('trailer', 'x-sum');
    if (/status=204/.test(url)) return answer.writeHead(204).end();
    answer.write(JSON.stringify({ headers, trailers }));
    if (/trailer/.test(url)) answer.addTrailers({ 'x-sum': '42' });
    answer.end();
  });
}).listen(80);
`;

interface Answer {
  status?: number;
  said: { method: string; url: string; bytes: number };
  headers: Record<string, string>;
  head: IncomingMessage['headers'];
  trailers: IncomingMessage['trailers'];
}

describe.each(PROXY_KINDS)('$kind', ({ needs, settings, trailers }) =>
  describeWith([...needs, 'node'], 'what reaches the application through a proxy', () => {
    let bed: TestBed;
    beforeAll(async () => {
      bed = await makeTestBed(settings());
      const container = { command: ['node', '-e', APPLICATION] };
      const web = service('web', container, { image: parts().node.name, healthyWithinMs: 60_000 });
      bed.release('r', { services: [web], routes: [ROUTE] });
      await bed.perform('ensureProxy', {});
      await bed.perform('createNetworks', { release: 'r' });
      await bed.perform('startInstances', { release: 'r', service: 'web', count: 1 });
      await bed.perform('switchRoutes', { release: 'r' });
    });
    afterAll(() => bed.cleanUp());

    const ask = (
      path: string,
      { headers = {}, method = 'GET' }: { headers?: object; method?: string } = {},
      send: (asked: ClientRequest) => void = (asked) => asked.end(),
    ): Promise<Answer> =>
      new Promise((resolve, reject) => {
        const options = { ...bed.http, path, method, agent: false, maxHeaderSize: 1 << 20 };
        const asked = request({ ...options, headers: { host: ROUTE.host, ...headers } }, (answer) => {
          let text = '';
          answer.on('data', (data: Buffer) => (text += data.toString()));
          answer.on('end', () => {
            const said = JSON.parse((answer.headers['x-said'] as string | undefined) ?? '{}') as Answer['said'];
            const body = text.startsWith('{') ? (JSON.parse(text) as { headers: Answer['headers'] }) : { headers: {} };
            resolve({ ...body, status: answer.statusCode, said, head: answer.headers, trailers: answer.trailers });
          });
        }).on('error', reject);
        send(asked);
      });

    test.each(['HEAD', 'OPTIONS', 'PATCH', 'DELETE', 'PROPFIND'])('a request by %s', async (method) => {
      expect(await ask('/a', { method })).toMatchObject({ status: 200, said: { method, url: '/a' } });
    });

    test.each(['/?', '/a?', '/?&&=&a', '/?a=1&a=2', '/a/', '/?q=%00%ff', `/${'a'.repeat(6_000)}`])(
      'a query and a path: %.20s',
      async (url) => expect((await ask(url)).said.url).toBe(url),
    );

    test('a body without a length, and one that waits to be asked for', async () => {
      const chunked = await ask('/', { method: 'POST' }, (asked) => {
        for (let n = 0; n < 20; n++) asked.write('x'.repeat(100_000));
        asked.end();
      });
      expect(chunked).toMatchObject({ status: 200, said: { bytes: 2_000_000 } });
      const headers = { expect: '100-continue', 'content-length': 5 };
      const continued = await ask('/', { method: 'PUT', headers }, (asked) => {
        asked.flushHeaders();
        asked.on('continue', () => asked.end('12345'));
      });
      expect(continued).toMatchObject({ status: 200, said: { method: 'PUT', bytes: 5 } });
    });

    test('large heads, there and back, and one that has no body', async () => {
      const token = 'x'.repeat(40_000);
      const many = Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`x-${n}`, 'y'.repeat(200)]));
      const { headers } = await ask('/', { headers: { authorization: token, ...many } });
      expect([headers['authorization'], headers['x-59']]).toEqual([token, 'y'.repeat(200)]);
      const { head } = await ask('/?head=40');
      expect(head['set-cookie']).toHaveLength(40);
      expect(await ask('/?status=204')).toMatchObject({ status: 204 });
    });

    test('headers as they were sent, and none that nobody sent', async () => {
      const sent = { under_score: '1', 'x.dot': '2', 'x-empty': '', te: 'trailers', cookie: 'a=1; b=2' };
      const { headers } = await ask('/', { headers: sent });
      expect(headers).toMatchObject({ under_score: '1', 'x.dot': '2', 'x-empty': '', cookie: 'a=1; b=2' });
      expect(headers).not.toHaveProperty('user-agent');
    });

    test('what comes behind an answer, where the proxy passes it on', async () => {
      const { said, trailers: came } = await ask('/?trailer', { headers: { te: 'trailers' } });
      expect([said.url, came]).toEqual(['/?trailer', trailers ? { 'x-sum': '42' } : {}]);
    });
  }),
);
