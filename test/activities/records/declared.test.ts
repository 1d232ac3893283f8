import { createImageActivities } from '../../../activities/images/images';
import { storeRelease } from '../../../activities/records/store-release';
import { createSourceActivities } from '../../../activities/source';
import { openDrivers } from '../../../activities/targets';
import { readSettings } from '../../../activities/settings';
import type { Draft } from '../../../src/manifest/record/record';
import { describeWith, parts } from '../../setup/parts';
import { build, failureOf, makeFolder, sharedEngine, uniqueName } from '../fixtures';
import { commitAll, folderWith } from '../source/fixture';

/** An image that declares a volume, as databases do, keeps data, though the compose file says nothing of it. */
describeWith(['engine', 'registry', 'images', 'compose'], 'a volume that an image declares', () => {
  const engine = sharedEngine();
  const app = uniqueName('app');
  const registry = () => ({ address: parts().registry.address });
  const repository = () => `${registry().address}/${app}/keeper`;
  const settings = () => ({
    ...readSettings({}),
    dockerHost: parts().engine.host,
    composeCommand: parts().compose.command,
    registry: registry().address,
    cache: makeFolder({}),
  });
  const { resolveImage } = createImageActivities({
    settings: { installation: 'windlass', dockerHost: parts().engine?.host ?? '', buildsAtOnce: 1, buildxCommand: [] },
    checkout: () => Promise.reject(new Error('nothing is built')),
  });

  beforeAll(async () => {
    const dockerfile = `FROM ${parts().images.base.name}\nVOLUME /data /config\n`;
    const id = await build(engine, makeFolder({ Dockerfile: dockerfile }));
    await engine.tagImage(id, repository(), '1');
    await engine.pushImage(repository(), '1', undefined);
  });
  afterAll(async () => {
    for (const reference of [`${repository()}:1`, ...(await engine.listImages(repository()))])
      await engine.removeImage(reference);
  });

  async function draftOf(service: string, more = ''): Promise<Draft> {
    const dir = folderWith({
      'windlass.yaml': `app: shop\nenvironments: { staging: { hosts: [local] } }\n${more}`,
      'docker-compose.yml': `services: { web: { build: . }, db: ${service} }\nvolumes: { data: }\n`,
      Dockerfile: '',
    });
    const commit = commitAll(dir);
    const request = { app: 'shop', release: 'one', source: { url: dir, commit }, startedBy: 'dev@example.com' };
    return createSourceActivities({ settings: settings(), drivers: openDrivers(settings()) }).activities.readSource(
      request,
    );
  }
  const kindOf = ({ environments }: Draft) => environments[0]!.services.find(({ name }) => name === 'db')!.kind;
  const keeper = () => `image: "${repository()}:1"`;

  test('makes an accessory of a service, unless what goes is mounted there', async () => {
    expect(kindOf(await draftOf(`{ ${keeper()} }`))).toBe('accessory');
    expect(kindOf(await draftOf(`{ ${keeper()}, tmpfs: [/data, /config] }`))).toBe('released');
  });

  test('stands in the record, and is refused where each release would begin with an empty one', async () => {
    const reference = `${repository()}:1`;
    const artifact = await resolveImage({ registry: registry(), service: 'db', reference, origin: 'resolved' });
    expect(artifact).toMatchObject({ origin: 'resolved', volumes: ['/config', '/data'] });
    const released = 'services: { db: { accessory: false, volumes: { data: shared } } }';
    expect(await failureOf(draftOf(`{ ${keeper()}, volumes: ["data:/data"] }`, released))).toMatchObject({
      kind: 'bad-manifest',
      message: expect.stringContaining('services.db.image: declares the volume /config in its image'),
    });
    // What an image declares that could not be inspected then, or is built, is known when it is pinned.
    const draft = await draftOf('{ build: ., volumes: ["data:/data"] }', released);
    const web = { image: `${registry().address}/shop/web@sha256:${'0'.repeat(64)}`, origin: 'built' as const };
    const store = storeRelease(
      { draft, release: 'one', artifacts: { db: artifact, web }, startedBy: 'dev', createdAt: '2030-01-01T00:00:00Z' },
      () => Promise.reject(new Error('no files')),
    );
    expect(await failureOf(store)).toMatchObject({
      type: 'Permanent',
      kind: 'empty-volume',
      service: 'db',
      message: expect.stringMatching(
        /^services.db of staging declares the volume \/config in its image, which would be empty in each release of db/,
      ),
    });
  });
});
