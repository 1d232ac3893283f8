import { setTimeout as pause } from 'node:timers/promises';
import type { ClusterAccess } from '../../../activities/drivers/kubernetes/access';
import { connectCluster } from '../../../activities/drivers/kubernetes/connect';
import { refusalIn } from '../../../activities/drivers/kubernetes/errors';
import { failureOf } from '../fixtures';
import { type ApiServer, json, startApiServer, status } from './api-server';

let server: ApiServer;
beforeAll(async () => void (server = await startApiServer()));
afterAll(() => server.stop());
beforeEach(() => void server.asked.splice(0));

const accessTo = (more: Partial<ClusterAccess> = {}): ClusterAccess => ({
  server: new URL(server.url),
  namespace: 'default',
  tls: { ca: server.ca },
  token: 'of-ada',
  ...more,
});
const cluster = (more?: Partial<ClusterAccess>, signal?: AbortSignal) => connectCluster(accessTo(more), signal);

const WEB = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' };
const LIST = '/apis/apps/v1/namespaces/shop/deployments';

describe('what a cluster is asked', () => {
  beforeEach(() => server.answers((_, response) => json(response, 200, {})));
  const asked = () => server.asked.map(({ method, url, body }) => [method, url, body && (JSON.parse(body) as unknown)]);

  test('get', async () => {
    await cluster().get(WEB);
    await cluster().get({ ...WEB, subresource: 'scale' });
    await cluster().get({ apiVersion: 'v1', kind: 'Namespace', name: 'shop' });
    expect(asked().map(([, url]) => url as string)).toEqual([
      `${LIST}/web`,
      `${LIST}/web/scale`,
      '/api/v1/namespaces/shop',
    ]);
    expect(server.asked[0]!.headers.authorization).toBe('Bearer of-ada');
  });

  test('server-side apply, by a manager, forced or tried', async () => {
    const object = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', namespace: 'shop' },
      spec: { replicas: 2 },
    };
    await cluster().apply(object, { fieldManager: 'windlass' });
    await cluster().apply(object, { fieldManager: 'windlass', force: true, dryRun: true });
    expect(asked()).toEqual([
      ['PATCH', `${LIST}/web?fieldManager=windlass&force=false`, object],
      ['PATCH', `${LIST}/web?fieldManager=windlass&force=true&dryRun=All`, object],
    ]);
    expect(server.asked[0]!.headers['content-type']).toBe('application/apply-patch+yaml');
  });

  test('a JSON patch, with a test', async () => {
    const patch = [{ op: 'test' as const, path: '/spec/selector/release', value: 'r1' }];
    await cluster().patch(WEB, patch, 'windlass');
    expect(asked()).toEqual([['PATCH', `${LIST}/web?fieldManager=windlass`, patch]]);
    expect(server.asked[0]!.headers['content-type']).toBe('application/json-patch+json');
  });

  test('delete, of the very object', async () => {
    await cluster().delete(WEB);
    await cluster().delete(WEB, { propagation: 'Foreground', uid: 'u1' });
    expect(asked().map(([, , body]) => body)).toEqual([
      { propagationPolicy: 'Background' },
      { propagationPolicy: 'Foreground', preconditions: { uid: 'u1' } },
    ]);
  });

  test('a log', async () => {
    server.answers((_, response) => response.end('one\ntwo\n'));
    const pod = { namespace: 'shop', name: 'web-1' };
    expect(await cluster().logs(pod, { container: 'web', tail: 2, previous: true, bytes: 100 })).toBe('one\ntwo\n');
    expect(server.asked[0]!.url).toBe(
      '/api/v1/namespaces/shop/pods/web-1/log?container=web&tailLines=2&previous=true&limitBytes=100',
    );
  });

  test('whether something is allowed', async () => {
    server.answers((_, response) => json(response, 201, { status: { allowed: false, reason: 'no such role' } }));
    const wanted = { namespace: 'shop', group: 'apps', resource: 'deployments', verb: 'patch' as const };
    expect(await cluster().may(wanted)).toEqual({ allowed: false, reason: 'no such role' });
    expect(JSON.parse(server.asked[0]!.body)).toMatchObject({ spec: { resourceAttributes: wanted } });
  });

  test('a list, page by page', async () => {
    server.answers(({ url }, response) => {
      const next = new URL(url, server.url).searchParams.get('continue');
      json(response, 200, {
        metadata: { continue: next ? '' : 'p2' },
        items: [{ metadata: { name: next ? 'b' : 'a' } }],
      });
    });
    const found = await cluster().list(
      { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop' },
      { app: 'shop', release: 'r2' },
    );
    expect(found.map(({ kind, metadata }) => [kind, metadata.name])).toEqual([
      ['Deployment', 'a'],
      ['Deployment', 'b'],
    ]);
    expect(server.asked[0]!.url).toBe(`${LIST}?labelSelector=app%3Dshop%2Crelease%3Dr2&limit=500`);
  });

  test('below the path that the address has', async () => {
    await cluster({ server: new URL(`${server.url}/k8s/clusters/c-1`) }).get(WEB);
    expect(server.asked[0]!.url).toBe(`/k8s/clusters/c-1${LIST}/web`);
  });

  test.each([
    ['a name', () => cluster().get({ ...WEB, name: '..' })],
    ['a namespace', () => cluster().get({ ...WEB, namespace: '.' })],
    [
      'a path of a service',
      () => cluster().getThrough({ namespace: 'shop', service: 'web', port: 80, path: '/../../../secrets' }),
    ],
    [
      'a path in disguise',
      () => cluster().getThrough({ namespace: 'shop', service: 'web', port: 80, path: '/%2e%2e/%2E%2e/x' }),
    ],
  ])('never leaves its own path by %s', async (_, ask) => {
    expect(await failureOf(ask())).toMatchObject({ type: 'Permanent', kind: 'bad-name' });
    expect(server.asked).toEqual([]);
  });
});

describe('a request to a service', () => {
  const service = { namespace: 'shop', service: 'web', port: 8080, path: '/healthz?a=1' };

  test('has the application’s own answer, whatever its status', async () => {
    server.answers((_, response) => response.writeHead(503, { 'x-version': 'r2' }).end('busy'));
    expect(await cluster().getThrough(service)).toMatchObject({
      status: 503,
      body: 'busy',
      headers: { 'x-version': 'r2' },
    });
    expect(server.asked[0]!.url).toBe('/api/v1/namespaces/shop/services/web:8080/proxy/healthz?a=1');
  });

  test('fails when the cluster itself refuses', async () => {
    server.answers((_, response) =>
      status(response, 503, 'ServiceUnavailable', 'no endpoints available for service "web"'),
    );
    const failure = await failureOf(cluster().getThrough(service));
    expect(failure).toMatchObject({ type: 'Transient', kind: 'cluster-error' });
    expect(failure.message).toContain('answers 503 "no endpoints available');
  });
});

describe('what a cluster answers', () => {
  test.each([
    [401, 'Unauthorized', 'Unauthorized', 'Permanent', 'unauthorised'],
    [403, 'Forbidden', 'deployments.apps "web" is forbidden', 'Permanent', 'forbidden'],
    [403, 'Forbidden', 'pods "web" is forbidden: exceeded quota: q', 'Permanent', 'quota'],
    [403, 'Forbidden', 'unable to create in shop because it is being terminated', 'Permanent', 'namespace-ending'],
    [404, 'NotFound', 'namespaces "shop" not found', 'Permanent', 'not-found'],
    [409, 'Conflict', 'Apply failed with 1 conflict', 'Permanent', 'conflict'],
    [422, 'Invalid', 'the server rejected our request', 'Permanent', 'invalid'],
    [413, 'RequestEntityTooLarge', 'too large', 'Permanent', 'refused'],
    [410, 'Expired', 'the continue token is too old', 'Transient', 'timeout'],
    [429, 'TooManyRequests', 'slow down', 'Transient', 'rate-limited'],
    [500, 'InternalError', 'failed calling webhook "policy.test"', 'Transient', 'webhook'],
    [500, '', 'failed to create typed patch object (shop/web): .name: field not declared', 'Permanent', 'invalid'],
    [500, 'InternalError', 'etcdserver: request timed out', 'Transient', 'cluster-error'],
    [503, 'ServiceUnavailable', 'apiserver is shutting down', 'Transient', 'cluster-error'],
  ])('%i %s "%s" is %s: %s', async (code, reason, message, type, kind) => {
    server.answers((_, response) => status(response, code, reason, message));
    const failure = await failureOf(cluster().list({ apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop' }));
    expect(failure).toMatchObject({ type, kind });
    expect(failure.message).toContain(
      `list Deployment of shop: the cluster 127.0.0.1:${server.port} answers ${code} "${message}"`,
    );
  });

  test('is there for the caller: status, reason and causes', async () => {
    const causes = [{ reason: 'FieldManagerConflict', field: '.spec.replicas', message: 'conflict with "hpa"' }];
    server.answers((_, response) => status(response, 409, 'Conflict', 'Apply failed', { causes }));
    const error = await cluster()
      .patch(WEB, [], 'windlass')
      .catch((caught: unknown) => caught);
    expect(refusalIn(error)).toEqual({ status: 409, reason: 'Conflict', message: 'Apply failed', causes });
    expect(refusalIn(new Error('another'))).toBeUndefined();
  });

  test('404 is no error of a read, a delete or a log', async () => {
    server.answers((_, response) => status(response, 404, 'NotFound', 'not found'));
    await cluster().delete(WEB);
    expect(await cluster().get(WEB)).toBeUndefined();
    expect(await cluster().logs(WEB)).toBeUndefined();
    expect(await cluster().resourcesOf('gateway.networking.k8s.io/v1')).toBeUndefined();
  });

  test('something that is no cluster’s is said as it is', async () => {
    server.answers((_, response) => response.writeHead(502).end('<html>\nBad gateway'));
    expect((await failureOf(cluster().version())).message).toContain('answers 502 "<html>"');
    server.answers((_, response) => response.end('welcome'));
    expect(await failureOf(cluster().version())).toMatchObject({ type: 'Permanent', kind: 'refused' });
  });

  test('a refused token is read again, once', async () => {
    server.answers(({ headers }, response) =>
      headers.authorization === 'Bearer new'
        ? json(response, 200, WEB)
        : status(response, 401, 'Unauthorized', 'Unauthorized'),
    );
    expect(await cluster({ renewToken: async () => 'new' }).get(WEB)).toEqual(WEB);
    await failureOf(cluster({ renewToken: async () => 'as old' }).get(WEB));
    expect(server.asked.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer of-ada',
      'Bearer new',
      'Bearer of-ada',
      'Bearer as old',
    ]);
  });

  test('more than fits into memory is not read', async () => {
    server.answers((_, response) => {
      const megabyte = Buffer.alloc(1024 * 1024, ' ');
      const more = () => {
        while (!response.destroyed && response.write(megabyte));
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    });
    expect(await failureOf(cluster().version())).toMatchObject({ type: 'Permanent', kind: 'too-large' });
  });
});

describe('a cluster that does not answer', () => {
  test('in time', async () => {
    server.answers(() => undefined);
    const service = { namespace: 'shop', service: 'web', port: 80, path: '/', withinMs: 200 };
    const failure = await failureOf(cluster().getThrough(service));
    expect(failure).toMatchObject({ type: 'Transient', kind: 'timeout' });
    expect(failure.message).toContain('did not answer within 0.2 s');
  });

  test('is left as soon as nobody waits any more', async () => {
    server.answers(() => undefined);
    const stop = new AbortController();
    const asking = cluster({}, stop.signal).get(WEB);
    while (server.asked.length === 0) await pause(5);
    stop.abort(new Error('cancelled'));
    await expect(asking).rejects.toThrow('cancelled');
  });

  test('at all', async () => {
    const gone = cluster({ server: new URL('https://127.0.0.1:1') });
    expect(await failureOf(gone.get(WEB))).toMatchObject({ type: 'Transient', kind: 'unreachable' });
  });

  test.each([
    ['whose certificate nobody vouches for', { tls: {} }],
    ['whose certificate is for another name', { tls: { servername: 'other.test' } }],
  ])('as one %s', async (_, { tls }: { tls: ClusterAccess['tls'] }) => {
    server.answers((_asked, response) => json(response, 200, {}));
    const wrong = cluster({ tls: { ...(tls.servername && { ca: server.ca }), ...tls } });
    expect(await failureOf(wrong.get(WEB))).toMatchObject({ type: 'Permanent', kind: 'untrusted-cluster' });
    expect(server.asked).toEqual([]);
  });
});

test('a client certificate says who asks, and one connection serves many calls', async () => {
  const ports = new Set<string>();
  server.answers(({ user }, response) => {
    ports.add(`${response.socket!.remotePort}`);
    json(response, 200, { user });
  });
  const { cert, key } = server.person;
  const tls = { ca: server.ca, cert, key, servername: 'api.cluster.test' };
  const asked: unknown[] = [];
  for (let call = 0; call < 3; call++) asked.push(await cluster({ tls, token: undefined }).get(WEB));
  expect(asked).toEqual([{ user: 'ada' }, { user: 'ada' }, { user: 'ada' }]);
  expect(ports.size).toBe(1);
});
