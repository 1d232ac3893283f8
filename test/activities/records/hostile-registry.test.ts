import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createGzip } from 'node:zlib';
import { connectRegistry } from '../../../activities/drivers/registry/registry';
import { failureOf } from '../fixtures';
import { serve, USER } from './registry-fixtures';

/** What a registry may answer that is not ours, or that somebody else writes to. */

const digestOf = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;
const altered = { type: 'Permanent', kind: 'altered' };
const noArtifact = { type: 'Permanent', kind: 'not-an-artifact' };

describe('a login goes nowhere else', () => {
  /** Another server, which notes what it was sent, and answers as told. */
  async function elsewhere(answer: (req: IncomingMessage, res: ServerResponse) => void = (_, res) => res.end('{}')) {
    const seen: { url?: string; authorization?: string }[] = [];
    const { address } = await serve((req, res) => {
      seen.push({ url: req.url, authorization: req.headers.authorization });
      answer(req, res);
    });
    return { address, seen };
  }
  const wantsLogin = (res: ServerResponse, challenge: string) =>
    void res.writeHead(401, { 'www-authenticate': challenge }).end();
  const leads = (res: ServerResponse, to: string, status = 307) => void res.writeHead(status, { location: to }).end();

  test.each([301, 302, 303, 307, 308])('with a redirect by %i of what was asked', async (status) => {
    const other = await elsewhere();
    const { address } = await serve((req, res) => {
      if (!req.headers.authorization) return wantsLogin(res, 'Basic realm="x"');
      leads(res, `http://${other.address}${req.url}`, status);
    });
    const registry = connectRegistry(address, USER);
    expect(await failureOf(registry.getBlob('a/b', digestOf('{"a":1}')))).toMatchObject(altered);
    await registry.getManifest('a/b', 'latest');
    await registry.headManifest('a/b', 'latest');
    await registry.listTags('a/b');
    expect(other.seen.length).toBeGreaterThanOrEqual(4);
    expect(other.seen.filter(({ authorization }) => authorization !== undefined)).toEqual([]);
  });

  test('with a redirect of the request for a token', async () => {
    const other = await elsewhere((_, res) => res.end('{"token":"of-eve"}'));
    const { address } = await serve((req, res) => {
      if (req.url!.startsWith('/token')) return leads(res, `http://${other.address}/token`);
      if (req.headers.authorization !== 'Bearer of-eve')
        return wantsLogin(res, `Bearer realm="http://${req.headers.host}/token",service="x"`);
      res.end('{}');
    });
    await connectRegistry(address, USER).getManifest('a/b', 'latest');
    expect(other.seen).toEqual([{ url: expect.any(String), authorization: undefined }]);
  });

  test('with the place of an upload, or the next page of tags', async () => {
    const other = await elsewhere((req, res) => res.writeHead(req.method === 'GET' ? 200 : 201).end('{"tags":["x"]}'));
    const { address } = await serve((req, res) => {
      if (!req.headers.authorization) return wantsLogin(res, 'Basic realm="x"');
      if (req.method === 'HEAD') return void res.writeHead(404).end();
      if (req.method === 'POST')
        return void res.writeHead(202, { location: `http://${other.address}/upload?_state=1` }).end();
      if (req.method === 'GET') res.setHeader('link', `<http://${other.address}/v2/next>; rel="next"`);
      res.end('{"tags":["a"]}');
    });
    const registry = connectRegistry(address, USER);
    const artifact = { repository: 'a/b', tags: ['x'], artifactType: 'application/vnd.x', annotations: {}, json: {} };
    await registry.putArtifact(artifact);
    expect(await registry.listTags('a/b')).toEqual(['a', 'x']);
    expect(other.seen.length).toBeGreaterThanOrEqual(3);
    expect(other.seen.filter(({ authorization }) => authorization !== undefined)).toEqual([]);
  });

  test.each(['', '<html>', 'null', '7', '{}', '{"token":null}', '{"token":{"a":1}}', '{"token":"a\\r\\nb: c"}'])(
    'and a token that is none is reported: %s',
    async (body) => {
      const { address } = await serve((req, res) => {
        if (req.url!.startsWith('/token')) return void res.end(body);
        wantsLogin(res, `Bearer realm="http://${req.headers.host}/token"`);
      });
      const failure = await failureOf(connectRegistry(address, USER).getManifest('a/b', 'latest'));
      expect(failure).toMatchObject({ type: 'Permanent', kind: expect.stringMatching(/not-an-artifact|unauthorised/) });
      expect(failure.message).toContain(address);
    },
  );
});

describe('what is none that windlass wrote is reported, and never taken for a fault of a moment', () => {
  const digest = digestOf('x');
  const shapes: unknown[] = [
    null,
    7,
    'text',
    [],
    [null],
    { layers: null },
    { layers: 'x' },
    { layers: [null] },
    { layers: [7] },
    { artifactType: 'x', layers: [{}] },
    { artifactType: 'x', layers: [{ digest: 7 }] },
    { artifactType: 'x', layers: [{ digest: '../../../../token?x=' }] },
    { artifactType: 'x', layers: [{ digest: `${digest}?x` }] },
    { artifactType: 7, layers: [{ digest }] },
    { artifactType: 'x', layers: [{ digest }], annotations: 7 },
    { manifests: null },
    { manifests: [null] },
    { manifests: [{ digest: null }] },
    { manifests: [{ digest: '../x' }] },
    { config: 'x' },
    { config: { digest: {} } },
    { config: { digest: 'sha256:..%2f' } },
    { mediaType: 7 },
  ];

  test.each(shapes.map((shape) => [JSON.stringify(shape), shape]))('%s', async (_, shape) => {
    const asked: string[] = [];
    const { address } = await serve((req, res) => {
      asked.push(req.url!);
      res.end(JSON.stringify(shape));
    });
    const registry = connectRegistry(address);
    const expected = { type: 'Permanent', kind: expect.stringMatching(/^(not-an-artifact|altered)$/) };
    expect(await failureOf(registry.getArtifact('a/b', 'latest'))).toMatchObject(expected);
    const image = await registry
      .readImage('a/b', 'latest')
      .catch((error: unknown) => failureOf(Promise.reject(error as Error)));
    expect(image).toMatchObject('type' in (image ?? {}) ? expected : { labels: {}, volumes: [] });
    expect(asked.filter((url) => !/^\/v2\/a\/b\/(manifests|blobs)\/(latest|sha256:[0-9a-f]{64})$/.test(url))).toEqual(
      [],
    );
  });

  test.each(['null', '7', '[]', '{"tags":"x"}', '{"tags":[7]}', '{"tags":[null]}', '{"tags":{"a":"b"}}'])(
    'tags: %s',
    async (body) => {
      const { address } = await serve((_, res) => void res.end(body));
      expect(await failureOf(connectRegistry(address).listTags('a/b'))).toMatchObject(noArtifact);
    },
  );

  test('a list of tags without an end', async () => {
    let pages = 0;
    const { address } = await serve((_, res) => {
      res.setHeader('link', `</v2/a/b/tags/list?last=${(pages += 1)}>; rel="next"`);
      res.end('{"tags":["x"]}');
    });
    expect(await failureOf(connectRegistry(address).listTags('a/b'))).toMatchObject({
      type: 'Permanent',
      kind: 'too-large',
    });
    expect(pages).toBeLessThanOrEqual(1_000);
  });

  test('a little that unpacks to more than memory holds', async () => {
    const { address } = await serve((_, res) => {
      res.writeHead(200, { 'content-encoding': 'gzip' });
      const zip = createGzip({ level: 1 });
      const zeros = Buffer.alloc(1024 * 1024);
      zip.pipe(res);
      const more = () => {
        while (!res.destroyed && zip.write(zeros));
      };
      zip.on('drain', more).on('error', () => undefined);
      res.on('close', () => zip.destroy());
      more();
    });
    expect(await failureOf(connectRegistry(address).getManifest('a/b', 'latest'))).toMatchObject({
      type: 'Permanent',
      kind: 'too-large',
    });
  });

  test('a configuration of an image that says what no image says', async () => {
    const manifest = (config: string) =>
      JSON.stringify({ config: { mediaType: 'x', digest: digestOf(config), size: config.length } });
    for (const config of [
      'null',
      '7',
      '[]',
      '{"config":7}',
      '{"config":{"Labels":7,"Volumes":"x"}}',
      '{"config":null}',
    ]) {
      const { address } = await serve(
        (req, res) => void res.end(req.url!.includes('/blobs/') ? config : manifest(config)),
      );
      const found = await connectRegistry(address)
        .readImage('a/b', 'latest')
        .catch((error: unknown) => failureOf(Promise.reject(error as Error)));
      expect([noArtifact.kind, undefined]).toContain((found as { kind?: string } | undefined)?.kind);
    }
  });

  test('redirects without an end', async () => {
    const { address } = await serve((req, res) => void res.writeHead(302, { location: `${req.url}x` }).end());
    expect(await failureOf(connectRegistry(address).getManifest('a/b', 'latest'))).toMatchObject({
      type: expect.stringMatching(/Permanent|Transient/),
    });
  });
});
