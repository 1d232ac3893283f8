import { createHash } from 'node:crypto';
import type { ApplicationFailure } from '@temporalio/common';
import { insecureHosts, readAddress, splitRepository } from '../../../activities/drivers/registry/address';
import { RegistryConnection } from '../../../activities/drivers/registry/connection';
import { readChallenge, tokenUrl } from '../../../activities/drivers/registry/login';
import { connectRegistry } from '../../../activities/drivers/registry/registry';
import { describeWith, parts } from '../../setup/parts';
import { failureOf, uniqueName } from '../fixtures';
import { serve, serveBehindLogin, USER } from './registry-fixtures';

const artifactOf = (repository: string, tag: string, json: unknown) => ({
  repository,
  tags: [tag],
  artifactType: 'application/vnd.windlass.test.v1+json',
  annotations: { 'org.opencontainers.image.created': '2030-01-01T00:00:00Z' },
  json,
});

describeWith(['registry'], 'a real registry', () => {
  test('an artifact comes back by tag and digest; the same content has the same digest', async () => {
    const registry = connectRegistry(`${parts().registry.address}/some/path`);
    const repository = `${uniqueName('art')}/windlass`;
    const artifact = artifactOf(repository, 'one', { text: 'ä', list: [1, 2] });
    expect(await registry.headManifest(repository, 'one')).toBeUndefined();
    expect(await registry.getArtifact(repository, 'one')).toBeUndefined();
    const digest = await registry.putArtifact(artifact);
    expect(await registry.putArtifact(artifact)).toBe(digest);
    expect(await registry.headManifest(repository, 'one')).toBe(digest);
    const { artifactType, annotations, json } = artifact;
    const expected = { digest, artifactType, annotations, json };
    expect(await registry.getArtifact(repository, 'one')).toEqual(expected);
    expect(await registry.getArtifact(repository, digest)).toEqual(expected);
    expect((await registry.getManifest(repository, digest))!.manifest).toMatchObject({
      config: { mediaType: 'application/vnd.oci.empty.v1+json' },
    });
    await registry.tagImage(repository, digest, 'two');
    expect((await registry.listTags(repository)).sort()).toEqual(['one', 'two']);
    expect(await registry.listTags('nothing/there')).toEqual([]);
  });

  // The empty configuration is the same in all of them, and written by the first ones at the same time.
  test('artifacts that are first written side by side are all there when what was refused is tried again', async () => {
    const registry = connectRegistry(parts().registry.address);
    for (let round = 0; round < 20; round += 1) {
      const repository = `${uniqueName('side')}/windlass`;
      const put = async (tag: string): Promise<string> => {
        const artifact = artifactOf(repository, tag, { tag });
        return registry.putArtifact(artifact).catch((error: ApplicationFailure) => {
          expect(error).toMatchObject({ type: 'Transient' });
          return put(tag);
        });
      };
      const tags = Array.from({ length: 12 }, (_, n) => `t${n}`);
      const digests = await Promise.all(tags.map(put));
      expect(await Promise.all(tags.map((tag) => registry.headManifest(repository, tag)))).toEqual(digests);
    }
  });

  test.each(['basic', 'bearer'] as const)('behind a %s login', async (way) => {
    const door = await serveBehindLogin(parts().registry.address, way);
    try {
      const repository = uniqueName(way);
      const registry = connectRegistry(door.address, USER);
      const digest = await registry.putArtifact(artifactOf(repository, 'x', { a: 1 }));
      expect(await registry.headManifest(repository, 'x')).toBe(digest);
      expect(await registry.getArtifact(repository, 'x')).toMatchObject({ json: { a: 1 } });
      for (const wrong of [undefined, { ...USER, password: 'canary-wrong-5' }]) {
        const failure = await failureOf(connectRegistry(door.address, wrong).headManifest(repository, 'x'));
        expect(failure).toMatchObject({ type: 'Permanent', kind: 'unauthorised' });
        expect(failure.message).toContain(door.address);
        expect(failure.message).not.toContain('canary');
      }
    } finally {
      door.close();
    }
  });
});

describe('what a registry may do', () => {
  const answers = async (status: number, body = '', headers: Record<string, string> = {}) => {
    const server = await serve((_, res) => res.writeHead(status, headers).end(body));
    try {
      return await failureOf(connectRegistry(server.address).getManifest('team/app', 'v1'));
    } finally {
      server.close();
    }
  };

  test.each([
    [500, 'Transient', 'registry-error'],
    [503, 'Transient', 'registry-error'],
    [429, 'Transient', 'rate-limited'],
    [403, 'Permanent', 'unauthorised'],
    [400, 'Permanent', 'refused'],
  ])('answer %i: %s', async (status, type, kind) => {
    const failure = await answers(status, JSON.stringify({ errors: [{ code: 'X', message: 'the reason' }] }));
    expect(failure).toMatchObject({ type, kind });
    expect(failure.message).toMatch(
      new RegExp(`^read team/app:v1: the registry 127.0.0.1:\\d+ answers ${status} "the reason"\\. `),
    );
  });

  test.each(['DIGEST_INVALID', 'MANIFEST_BLOB_UNKNOWN'])('not have all of it yet: %s', async (code) => {
    const failure = await answers(400, JSON.stringify({ errors: [{ code, message: 'the reason' }] }));
    expect(failure).toMatchObject({ type: 'Transient', kind: 'incomplete' });
    expect(failure.message).toMatch(/answers 400 "the reason"\. Another write of the same content may be in progress/);
  });

  test('not be there', async () => {
    const server = await serve(() => {});
    server.close();
    const failure = await failureOf(connectRegistry(server.address).listTags('a'));
    expect(failure).toMatchObject({ type: 'Transient', kind: 'unreachable' });
    expect(failure.message).toMatch(/cannot reach the registry .* \(ECONNREFUSED\)/);
  });

  test('speak no TLS, or not at all', async () => {
    const server = await serve((req) => void (req.url === '/silent' || req.socket.end()));
    const ask = (url: string, path: string, timeoutMs: number) =>
      failureOf(
        new RegistryConnection({ host: 'reg.example', url }, undefined, timeoutMs).ask({
          doing: 'look',
          path,
          repository: 'a',
          access: 'pull',
        }),
      );
    const noTls = await ask(`https://${server.address}`, '/', 10_000);
    expect(noTls).toMatchObject({ type: 'Permanent', kind: 'untrusted-registry' });
    expect(noTls.message).toMatch(/WINDLASS_INSECURE_REGISTRIES/);
    const silent = await ask(`http://${server.address}`, '/silent', 200);
    expect(silent).toMatchObject({ type: 'Transient', kind: 'timeout' });
    expect(silent.message).toBe(
      'look: the registry reg.example did not answer within 0.2 s. Check that it is running and not overloaded',
    );
    server.close();
  });

  test('give something else than was asked for', async () => {
    const server = await serve((_, res) => void res.end('{}'));
    const digest = `sha256:${'0'.repeat(64)}`;
    expect(await failureOf(connectRegistry(server.address).getManifest('a', digest))).toMatchObject({
      type: 'Permanent',
      kind: 'altered',
    });
    server.close();
  });

  test('answer with more than any memory holds', async () => {
    let sent = 0;
    const { address } = await serve((_, res) => {
      const chunk = Buffer.alloc(1024 * 1024, 32);
      const more = () => {
        while (!res.destroyed && res.write(chunk)) sent += 1;
      };
      res.on('drain', more);
      more();
    });
    const failure = await failureOf(connectRegistry(address).getManifest('a/b', 'latest'));
    expect(failure).toMatchObject({ type: 'Permanent', kind: 'too-large' });
    expect(sent).toBeLessThan(200);
  });

  test('say what is no digest in a header', async () => {
    const { address } = await serve((req, res) => {
      res.setHeader('docker-content-digest', 'sha256:evil@example');
      res.end(req.method === 'HEAD' ? undefined : '{}');
    });
    const digest = `sha256:${createHash('sha256').update('{}').digest('hex')}`;
    expect(await connectRegistry(address).headManifest('a/b', 'latest')).toBe(digest);
  });

  test('give what is no JSON', async () => {
    const { address } = await serve((_, res) => void res.end('<html>'));
    const registry = connectRegistry(address);
    for (const asked of [
      registry.getManifest('a/b', 'latest'),
      registry.listTags('a/b'),
      registry.readImage('a/b', 'c'),
    ])
      expect(await failureOf(asked)).toMatchObject({ type: 'Permanent', kind: 'not-an-artifact' });
  });

  test('list tags in pages', async () => {
    const server = await serve((req, res) => {
      const isFirst = !req.url!.includes('last=');
      if (isFirst) res.setHeader('link', '</v2/a/tags/list?n=2&last=b>; rel="next"');
      res.end(JSON.stringify({ tags: isFirst ? ['a', 'b'] : null }));
    });
    expect(await connectRegistry(server.address).listTags('a')).toEqual(['a', 'b']);
    server.close();
  });
});

test('which registries are asked without TLS', () => {
  const url = (address: string) =>
    readAddress(address, insecureHosts({ WINDLASS_INSECURE_REGISTRIES: 'in.example:5000, ' })).url;
  expect(['127.0.0.1:5000/x', 'localhost:5000', '127.9.9.9', '[::1]:5', 'in.example:5000'].map(url)).toEqual([
    'http://127.0.0.1:5000',
    'http://localhost:5000',
    'http://127.9.9.9',
    'http://[::1]:5',
    'http://in.example:5000',
  ]);
  expect(['registry.example/team', '127.example:1', 'in.example'].map(url)).toEqual([
    'https://registry.example',
    'https://127.example:1',
    'https://in.example',
  ]);
});

test('which part of a reference is a registry', () => {
  expect(splitRepository('reg.example/team/app')).toEqual({ host: 'reg.example', repository: 'team/app' });
  expect(splitRepository('localhost/app')).toEqual({ host: 'localhost', repository: 'app' });
  expect(['app', 'team/app'].map(splitRepository)).toEqual([undefined, undefined]);
});

test('a login is never sent where others can read it', () => {
  const challenge = readChallenge('Bearer realm="http://auth.example/token",service="a b", scope="repository:x:pull"')!;
  expect(tokenUrl(challenge, 'https://reg.example', 'y')).toBeUndefined();
  expect(tokenUrl(challenge, 'http://127.0.0.1', 'y')!.href).toBe(
    'http://auth.example/token?service=a+b&scope=repository%3Ax%3Apull',
  );
  expect(readChallenge(null)).toBeUndefined();
});
