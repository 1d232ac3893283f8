import { readAnswer } from '../../../activities/drivers/proxy/ask/ask';
import { specsOf } from '../../../activities/drivers/proxy/lifecycle/container';
import { kindOf } from '../../../activities/drivers/proxy/dialects';
import { readListens } from '../../../activities/drivers/proxy/listens';
import { readAddress } from '../../../src/model/host/proxy';
import { traefik } from '../../../activities/drivers/proxy/traefik/traefik';
import { readRouteFile, writeJson, writeRouteFile } from '../../../activities/drivers/proxy/routes/route-file';
import type { RouteSet } from '../../../activities/drivers/proxy/routes/route-set';
import { readSettings } from '../../../activities/settings';
import { connectedTo } from '../../../activities/drivers/proxy/lifecycle/sockets';

interface Content {
  routers: Record<string, { service: string }>;
  services: Record<string, object>;
}

const ROUTE = { service: 'web', host: 'shop.example', path: '/', port: 80 };

describe('the file of routes', () => {
  const write = (set: RouteSet) => writeRouteFile(traefik, 'shop-staging', set);
  const contentOf = (set: RouteSet) => (JSON.parse(write(set).text.split('\n')[2]!) as { http: Content }).http;
  const balanced = (...urls: string[]) => ({
    loadBalancer: { servers: urls.map((url) => ({ url })), serversTransport: 'shop-staging' },
  });

  test('shows no brace of a text, whatever the text is, and is read as it was written', () => {
    const content = { a: '{{`PATH`|env}}', b: ['}}', '"{', '\\"{{', '\\\\{', '\u2028{'], '{{c}}': { d: 1 } };
    expect(JSON.parse(writeJson(content))).toEqual(content);
    expect(writeJson(content)).not.toContain('{{');
    expect(writeJson(content).match(/[{}]/g)).toHaveLength(4);
  });

  test('says what it is, and names what its proxy must then say', () => {
    const routes = [
      { ...ROUTE, instances: ['b', 'a'] },
      { ...ROUTE, path: '/api', service: 'api', port: 3000, instances: ['c'] },
    ];
    const set = { counter: 7, release: 'r1', routes };
    const file = write(set);
    expect(readRouteFile(file.text)).toEqual({ release: 'r1', counter: 7, set });
    const { routers, services } = contentOf(set);
    expect(services).toEqual({
      'shop-staging.web.80': balanced('http://a:80', 'http://b:80'),
      'shop-staging.api.3000': balanced('http://c:3000'),
    });
    expect(Object.keys(routers).sort().join('\n')).toBe(file.expected);
    expect(Object.values(routers)).toEqual([
      {
        rule: 'Host("shop.example") && PathPrefix("/")',
        priority: 39,
        service: 'shop-staging.web.80',
        entryPoints: ['web', 'inside'],
      },
      {
        rule: 'Host("shop.example") && PathPrefix("/api")',
        priority: 42,
        service: 'shop-staging.api.3000',
        entryPoints: ['web', 'inside'],
      },
    ]);
    expect(write({ ...set, counter: 8 }).expected).not.toEqual(file.expected);
    expect(readRouteFile('# release r0\n# counter 6\n{}')).toEqual({ release: 'r0', counter: 6 });
  });

  test('shares the requests of a route by weight, and all of that is read back', () => {
    const beside = { percent: 10, port: 81, instances: ['b'] };
    const routes = [{ ...ROUTE, instances: ['a'], beside }];
    const { routers, services } = contentOf({ counter: 7, release: 'r1', routes });
    expect(services).toEqual({
      'shop-staging.web.80': balanced('http://a:80'),
      'shop-staging.web.80.beside': balanced('http://b:81'),
      'shop-staging.web.80.shared': {
        weighted: {
          services: [
            { name: 'shop-staging.web.80', weight: 10 },
            { name: 'shop-staging.web.80.beside', weight: 90 },
          ],
        },
      },
    });
    expect(Object.values(routers).map(({ service }) => service)).toEqual(['shop-staging.web.80.shared']);
  });

  test('says who speaks HTTP/2 alone; a port may speak both, and the release beside another one', () => {
    const grpc = { ...ROUTE, host: 'grpc.example', protocol: 'h2c' } as const;
    const beside = { percent: 10, port: 80, instances: ['b'] };
    const routes = [
      { ...ROUTE, instances: ['a'] },
      { ...grpc, instances: ['a'], beside },
    ];
    const { services } = contentOf({ counter: 7, release: 'r1', routes });
    expect(services).toMatchObject({
      'shop-staging.web.80': balanced('http://a:80'),
      'shop-staging.web.80.h2c': balanced('h2c://a:80'),
      'shop-staging.web.80.h2c.beside': balanced('http://b:80'),
    });
    const wrong = { ...ROUTE, protocol: 'https' as 'h2c', instances: ['a'] };
    expect(() => write({ counter: 7, release: 'r1', routes: [wrong] })).toThrow('"https" is not a protocol');
  });

  test('is none where there is nothing to route', () => {
    expect(write({ counter: 7, routes: [] }).text).toBe('');
    expect(write({ counter: 7, release: 'r1', routes: [] }).text).toBe('');
    expect(readRouteFile('')).toBeUndefined();
  });
});

describe('settings of the proxy', () => {
  test('name one that windlass knows; each has an image', () => {
    expect(readSettings({})).toMatchObject({ proxyKind: 'traefik', proxyImage: 'traefik:v3.7' });
    expect(readSettings({ WINDLASS_PROXY: 'nginx' })).toMatchObject({
      proxyKind: 'nginx',
      proxyImage: 'nginx:1.31-alpine',
    });
    const own = { WINDLASS_PROXY: 'nginx', WINDLASS_PROXY_IMAGE: 'registry.example/nginx:1' };
    expect(readSettings(own).proxyImage).toBe('registry.example/nginx:1');
    expect(() => readSettings({ WINDLASS_PROXY: 'apache' })).toThrow(
      'WINDLASS_PROXY: apache is no proxy that windlass knows. Write traefik or nginx',
    );
  });

  test.each(['WINDLASS_PROXY_HTTPS', 'WINDLASS_ACME_EMAIL'])(
    '%s is refused where the proxy gets no certificates',
    (name) => {
      expect(() => readSettings({ WINDLASS_PROXY: 'nginx', [name]: '443' })).toThrow(
        `${name}: nginx gets no certificates by itself. Leave it out and put a balancer with certificates in front, or choose WINDLASS_PROXY=traefik`,
      );
    },
  );
});

describe('labels of a proxy', () => {
  test('of an older windlass are in the words of Traefik, the only one that it knew', () => {
    expect(readListens({ entryPoints: 'web,websecure,tcp-5432' })).toEqual(['http', 'https', 'tcp-5432']);
    expect(readListens({ listens: 'http,tcp-5432' })).toEqual(['http', 'tcp-5432']);
    expect(kindOf('w', { labels: { 'w.role': 'proxy', 'w.entryPoints': 'web' } })).toBe('traefik');
    expect(kindOf('w', { labels: { 'w.role': 'proxy', 'w.kind': 'nginx' } })).toBe('nginx');
  });

  test('a proxy that an older windlass created is as this one would create it: nobody has to replace it', () => {
    const settings = { installation: 'w', kind: 'traefik' as const, image: 'traefik:v3.7', http: '80' };
    const acme = { email: 'a@b', server: 'x', authority: 'y' };
    const more = { https: '443', acme, tcp: ['5432', '127.0.0.1:99'], trusted: ['10.0.0.0/8'] };
    expect([...specsOf(settings), ...specsOf({ ...settings, ...more })]).toEqual([
      '85cc196c8924',
      'd25f138c94b0',
      'a1120430c4ca',
      expect.any(String),
    ]);
  });
});

test('where the proxy is published', () => {
  expect(readAddress('80')).toEqual({ port: 80 });
  expect(readAddress('127.0.0.1:8080')).toEqual({ ip: '127.0.0.1', port: 8080 });
  expect(readAddress('[::1]:8080')).toEqual({ ip: '::1', port: 8080 });
});

test('connections count that are established or half closed, of both families, and none that nobody has', () => {
  const table = `  sl  local_address rem_address   st tx_queue
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000
   1: 0300F70A:A1B2 0280F70A:0050 01 00000000:00000000 00:00000000
   4: 0300F70A:A1B4 0480F70A:0050 05 00000000:00000000 00:00000000 00000000 0 0 4711 1
   5: 0300F70A:A1B5 0580F70A:0050 05 00000000:00000000 00:00000000 00000000 0 0 0 1
   2: 0300F70A:A1B3 0380F70A:0050 06 00000000:00000000 00:00000000
   3: 0000000000000000FFFF00000300F70A:0050 0000000000000000FFFF00000100F70A:D431 01 00000000:00000000`;
  expect(connectedTo(table)).toEqual(['10.247.128.2', '10.247.128.4', '10.247.0.1']);
});

test('answers as they come over a connection', () => {
  expect(readAnswer('HTTP/1.1 302 Found\r\nLocation: /x\r\n\r\nmoved', 5)).toEqual({
    status: 302,
    headers: { location: '/x' },
    body: 'moved',
    tookMs: 5,
  });
  const chunked = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nöä\r\n3\r\nxyz\r\n0\r\n\r\n';
  expect(readAnswer(chunked, 0)?.body).toBe('öäxyz');
  expect(readAnswer('', 0)).toBeUndefined();
  expect(readAnswer('SSH-2.0-x\r\n', 0)).toBeUndefined();
});
