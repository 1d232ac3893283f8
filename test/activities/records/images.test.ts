import { MockActivityEnvironment } from '@temporalio/testing';
import { randomBytes } from 'node:crypto';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { BuildSpec } from '../../../src/manifest/record/record';
import { createImageActivities } from '../../../activities/images/images';
import { lookForImages } from '../../../activities/images/look-ups';
import { connectRegistry } from '../../../activities/drivers/registry/registry';
import type { BuildInput } from '../../../activities/types';
import { describeWith, parts } from '../../setup/parts';
import { failureOf, makeFolder, sharedEngine, uniqueName } from '../fixtures';
import { serveBehindLogin, USER } from './registry-fixtures';

describeWith(['engine', 'registry', 'images'], 'images of a release', () => {
  const engine = sharedEngine();
  const commit = randomBytes(20).toString('hex');
  const app = uniqueName('app');
  const registry = () => ({ address: parts().registry.address });
  const build: BuildSpec = {
    service: 'web',
    context: 'web',
    dockerfile: 'Dockerfile',
    args: { TEXT: 'a' },
    labels: { own: 'label' },
  };
  const input = (change: Partial<BuildInput> = {}): BuildInput => ({
    app,
    release: commit.slice(0, 10),
    source: { url: 'https://user:canary-git-token@git.example/shop.git', commit },
    createdAt: '2030-01-02T03:04:05Z',
    registry: registry(),
    build,
    ...change,
  });
  const tagged: string[] = [];
  afterAll(async () => {
    const below = tagged.map((tag) => tag.replace(/:[^:/]+$/, ''));
    const digests = await Promise.all(below.map((repository) => engine.listImages(repository)));
    for (const reference of [...tagged, ...digests.flat()]) await engine.removeImage(reference);
  });
  let checkouts = 0;
  const activities = (checkout: () => Promise<string>) =>
    createImageActivities({
      settings: {
        installation: 'windlass',
        dockerHost: parts().engine.host,
        buildsAtOnce: 1,
        buildxCommand: ['no-such-program'],
      },
      checkout: () => {
        checkouts++;
        return checkout();
      },
    });
  const files = () => ({
    'web/Dockerfile': `FROM ${parts().images.base.name}\nARG TEXT\nRUN echo "$TEXT" > /text`,
    file: '',
  });
  const folder = () => Promise.resolve(makeFolder(files()));
  const { buildImage, pushImage, resolveImage } = activities(folder);

  test('built, labelled and pushed; then found again for this commit', async () => {
    tagged.push(`${registry().address}/${app}/web:${app}-${commit.slice(0, 10)}`);
    const built = await buildImage(input());
    if (!('imageId' in built)) throw new Error('expected to be built');
    const artifact = await pushImage({ ...input(), imageId: built.imageId });
    expect(artifact).toEqual({
      origin: 'built',
      image: expect.stringMatching(`^${registry().address}/${app}/web@sha256:[0-9a-f]{64}$`),
    });
    expect(await pushImage({ ...input(), imageId: built.imageId })).toEqual(artifact);

    const client = connectRegistry(registry().address);
    const { labels } = (await client.readImage(`${app}/web`, `${app}-${commit.slice(0, 10)}`))!;
    expect(labels).toEqual({
      own: 'label',
      'org.opencontainers.image.source': 'https://git.example/shop.git',
      'org.opencontainers.image.revision': commit,
      'org.opencontainers.image.created': '2030-01-02T03:04:05Z',
      'org.opencontainers.image.version': commit.slice(0, 10),
      'windlass.build': expect.any(String),
    });

    const before = checkouts;
    const again = input({ release: `${commit.slice(0, 10)}-2` });
    const reused = { artifact: { image: artifact.image, origin: 'reused' } };
    expect(await buildImage(again)).toEqual(reused);
    expect(checkouts).toBe(before);
    expect((await client.listTags(`${app}/web`)).sort()).toEqual(
      [`${app}-${again.release}`, `${app}-${commit.slice(0, 10)}`].sort(),
    );
    expect(await buildImage(input({ fresh: true }))).toEqual({ imageId: built.imageId });
    expect(await buildImage(input({ build: { ...build, args: { TEXT: 'b' } } }))).toHaveProperty('imageId');
    expect(
      await buildImage(input({ source: { url: 'x', commit: commit.slice(0, 10).padEnd(40, '0') } })),
    ).toHaveProperty('imageId');

    await engine.removeImage(`${registry().address}/${app}/web:${app}-${commit.slice(0, 10)}`);
    expect(await engine.listImages(`${registry().address}/${app}`)).toEqual([artifact.image]);
    await engine.removeImage(artifact.image);
    expect(await engine.listImages(`${registry().address}/${app}`)).toEqual([]);
    const lines: string[] = [];
    await engine.pullImage(artifact.image, undefined, { onProgress: (line) => lines.push(line) });
    await engine.pullImage(artifact.image, undefined);
    expect(lines.join('\n')).toMatch(/Status|Digest/);
    expect(await engine.imageId(artifact.image)).toBe(built.imageId);
    await engine.removeImage(artifact.image);
  });

  test('a Dockerfile that the compose file has itself', async () => {
    const inline = {
      ...build,
      dockerfile: 'Dockerfile',
      dockerfileText: `FROM ${parts().images.base.name}\nCOPY file /own\n`,
    };
    const { buildImage: buildIt } = activities(() => Promise.resolve(makeFolder({ 'web/file': 'x' })));
    expect(await buildIt(input({ app: uniqueName('inline'), build: inline }))).toHaveProperty('imageId');
  });

  test('a context that is a link within the repository, and none that leads out of it', async () => {
    const withLinks = (target: string) => {
      const dir = makeFolder(files());
      symlinkSync(target, join(dir, 'link'));
      return Promise.resolve(dir);
    };
    const linked = { ...build, context: 'link' };
    const { buildImage: within } = activities(() => withLinks('web'));
    expect(await within(input({ app: uniqueName('link'), build: linked }))).toHaveProperty('imageId');
    const { buildImage: outside } = activities(() => withLinks('/etc'));
    expect(await failureOf(outside(input({ app: uniqueName('link'), build: linked })))).toMatchObject({
      kind: 'bad-build',
      message: 'build.context link leaves the repository. Write a folder inside it',
    });
    const further = { ...build, buildx: { contexts: [{ name: 'more', folder: 'link' }] } };
    expect(await failureOf(outside(input({ app: uniqueName('link'), build: further })))).toMatchObject({
      kind: 'bad-build',
      message: 'the build of web uses link, which is outside the repository. Commit what it needs, and use that',
    });
  });

  test('a registry that wants a login', async () => {
    const door = await serveBehindLogin(parts().registry.address, 'bearer');
    process.env['WLTEST_USER'] = USER.username;
    process.env['WLTEST_PASSWORD'] = USER.password;
    try {
      const access = { address: door.address, username: { env: 'WLTEST_USER' }, password: { env: 'WLTEST_PASSWORD' } };
      const own = input({ registry: access, app: uniqueName('door') });
      tagged.push(`${door.address}/${own.app}/web:${own.app}-${own.release}`);
      const built = (await buildImage(own)) as { imageId: string };
      const { image } = await pushImage({ ...own, ...built });
      expect(await resolveImage({ registry: access, service: 'web', reference: image, origin: 'given' })).toEqual({
        image,
        origin: 'given',
      });
      const failure = await failureOf(
        engine.pushImage(image.split('@')[0]!, `${own.app}-${own.release}`, {
          ...USER,
          password: 'canary-wrong-1',
          serveraddress: door.address,
        }),
      );
      expect(failure).toMatchObject({ type: 'Permanent', kind: 'unauthorised' });
      expect(failure.message).not.toContain('canary');
      const anonymous = await failureOf(pushImage({ ...own, registry: { address: door.address }, ...built }));
      expect(anonymous).toMatchObject({ type: 'Permanent', kind: 'unauthorised', service: 'web', operation: 'push' });
    } finally {
      door.close();
    }
  });

  test('what cannot be built is refused with its reason', async () => {
    const bad = async (change: Partial<BuildSpec>) =>
      failureOf(buildImage(input({ fresh: true, build: { ...build, ...change } })));
    expect(await bad({ context: '../..' })).toMatchObject({
      type: 'Permanent',
      kind: 'bad-build',
      service: 'web',
      operation: 'build',
    });
    expect((await bad({ context: 'none' })).message).toMatch(/build\.context none is not a folder in the commit/);
    expect((await bad({ dockerfile: 'Other' })).message).toMatch(/Other in web is not in the commit/);
    expect((await bad({ args: { A: 'x {{secret:b}}' } })).message).toMatch(/build\.args\.A contains a secret/);
    const { buildImage: failing } = activities(() =>
      Promise.resolve(makeFolder({ 'web/Dockerfile': `FROM ${parts().images.base.name}\nRUN echo no >&2; false` })),
    );
    expect(await failureOf(failing(input({ fresh: true })))).toMatchObject({
      kind: 'build-failed',
      service: 'web',
      host: 'builder',
      lastLines: expect.arrayContaining(['no']),
    });
  });

  test('pushing what the builder does not have', async () => {
    const failure = await failureOf(pushImage({ ...input(), imageId: `sha256:${'1'.repeat(64)}` }));
    expect(failure).toMatchObject({ type: 'Permanent', kind: 'no-such-image', service: 'web', host: 'builder' });
  });

  test('a builder on which nothing of the application runs keeps the last image of a service', async () => {
    const own = uniqueName('earlier');
    const repository = `${registry().address}/${own}/web`;
    const release = async (digit: string) => {
      const source = { url: 'x', commit: digit.repeat(40) };
      const one = input({ app: own, release: digit.repeat(10), source, build: { ...build, args: { TEXT: digit } } });
      const built = await buildImage(one);
      if (!('imageId' in built)) throw new Error('expected to be built');
      return { pushing: { ...one, ...built }, artifact: await pushImage({ ...one, ...built }) };
    };
    const first = await release('1');
    tagged.push(`${repository}:${own}-${'2'.repeat(10)}`);
    const second = await release('2');
    expect(await engine.listImages(repository)).toEqual([second.artifact.image]);
    expect(await engine.imageId(`${repository}:${own}-${'1'.repeat(10)}`)).toBeUndefined();
    // an attempt whose result was lost is made once more
    expect(await pushImage(first.pushing)).toEqual(first.artifact);
  });

  describe('resolve', () => {
    const resolve = (reference: string, origin: 'given' | 'resolved') =>
      resolveImage({ registry: registry(), service: 'db', reference, origin });
    const digest = `sha256:${'0'.repeat(64)}`;
    let repository: string;
    let pushed: string;
    beforeAll(async () => {
      repository = `${registry().address}/${uniqueName('db')}`;
      tagged.push(`${repository}:1.0`);
      await engine.tagImage(parts().images.base.name, repository, '1.0');
      pushed = await engine.pushImage(repository, '1.0', undefined);
    });

    test('a tag becomes its digest, a digest stays', async () => {
      expect(await resolve(`${repository}:1.0`, 'resolved')).toEqual({
        image: `${repository}@${pushed}`,
        origin: 'resolved',
      });
      expect(await resolve(`${repository}:1.0@${digest}`, 'resolved')).toEqual({
        image: `${repository}@${digest}`,
        origin: 'resolved',
      });
      expect(await resolve(`${repository}@${pushed}`, 'given')).toEqual({
        image: `${repository}@${pushed}`,
        origin: 'given',
      });
    });

    test('a check finds what is not there before a release does, once for all its services', async () => {
      const missing = `${repository}:no-such`;
      const images = {
        db: `${repository}:1.0`,
        api: missing,
        worker: missing,
        mine: `${repository}:given`,
        far: 'registry.invalid/far:1',
      };
      const looked = await lookForImages({ images, registry: registry(), environments: [] }, ['mine'], engine);
      expect(looked.problems).toEqual([
        {
          file: 'compose file',
          path: 'services.api.image',
          message: expect.stringContaining(`is ${missing} (also of worker), which a release could not pull: `),
        },
      ]);
      expect(looked.warnings).toEqual([
        expect.stringContaining('image registry.invalid/far:1 of far could not be looked up: '),
      ]);
      expect(looked.platforms).toEqual({
        db: { image: images.db, platforms: ['linux/amd64'], isList: false },
      });
    });

    test('a check knows the platforms of an image that has several', async () => {
      const own = connectRegistry(registry().address);
      const path = repository.slice(registry().address.length + 1);
      const { bytes, mediaType, digest: single } = (await own.getManifest(path, '1.0'))!;
      const manifests = ['s390x', 'ppc64le'].map((architecture) => ({
        mediaType,
        digest: single,
        size: bytes.length,
        platform: { os: 'linux', architecture },
      }));
      const index = { schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests };
      const { status } = await fetch(`http://${registry().address}/v2/${path}/manifests/several`, {
        method: 'PUT',
        headers: { 'content-type': index.mediaType },
        body: JSON.stringify(index),
      });
      expect(status).toBe(201);
      const images = { web: `${repository}:several` };
      const { platforms } = await lookForImages({ environments: [], images, registry: registry() }, [], engine);
      expect(platforms).toEqual({
        web: { image: images.web, platforms: ['linux/s390x', 'linux/ppc64le'], isList: true },
      });
    });

    test.each([
      ['a digest that nobody has', () => `${repository}@${digest}`, 'given', 'no-such-image'],
      ['given without a digest', () => `${repository}:1.0`, 'given', 'bad-image'],
      ['a tag that is not there', () => `${repository}:none`, 'resolved', 'no-such-image'],
      ['a repository that is not there', () => `${repository}/none:1`, 'resolved', 'no-such-image'],
    ] as const)('%s', async (_, reference, origin, kind) => {
      expect(await failureOf(resolve(reference(), origin))).toMatchObject({ type: 'Permanent', kind, service: 'db' });
    });

    test.each([
      ['tried again at first', 1_000, 'Transient'],
      ['given up within a minute', 30_000, 'Permanent'],
    ])("a registry that is not reached, and not the release's own, is %s", async (_, sinceMs, type) => {
      const activity = new MockActivityEnvironment({ scheduledTimestampMs: Date.now() - sinceMs });
      const looking = activity.run(() => resolve('127.0.0.1:9/x:1', 'resolved'));
      expect(await failureOf(looking)).toMatchObject({ type, kind: 'unreachable' });
    });

    test('pulling what is not there', async () => {
      expect(await failureOf(engine.pullImage(`${repository}@${digest}`, undefined))).toMatchObject({
        type: 'Permanent',
        kind: 'no-such-image',
      });
      expect(await failureOf(engine.pullImage('127.0.0.1:9/x:1', undefined))).toMatchObject({
        type: 'Transient',
        kind: 'unreachable',
      });
    });
  });
});
