import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectEngine } from '../../../activities/drivers/docker/connect';
import { openContext } from '../../../activities/drivers/docker/build/context';
import { connectRegistry } from '../../../activities/drivers/registry/registry';
import { ask } from '../../../lab/traffic/client';
import { oneEnvironment } from '../../../lab/shop';
import type { TestBed } from '../../../lab/test-bed';
import { clientOf } from '../../../parts/server/engine-client';
import type { EnvironmentState } from '../../../src/model/environment/environment';
import type { ReleaseProgress } from '../../../src/model/environment/progress';
import { describeWith, parts } from '../../setup/parts';
import { containersOf, openTestBed } from '../test-bed';

/** Nobody to be asked. */
const MORE = `
    soak: 1s
    verify: [{ http: { service: web, path: /, body: Today } }]`;
const BUILT = ['web', 'api', 'jobs'];

describeWith(['temporal', 'engine', 'registry', 'compose', 'images', 'node'], 'images that CI has built', () => {
  let bed: TestBed;
  let close: () => Promise<void>;
  let commit: string;
  let given: Record<string, string>;

  beforeAll(async () => {
    ({ bed, close } = await openTestBed());
    bed.shop.write('windlass.yaml', oneEnvironment(bed.app, MORE));
    commit = bed.shop.commit('Sell bread');
    given = await buildAsCiDoes();
  });
  afterAll(async () => await close());

  /** CI sells cake: what is built from the commit itself would sell bread. */
  async function buildAsCiDoes(): Promise<Record<string, string>> {
    const folder = join(bed.shop.dir, '../ci');
    cpSync(bed.shop.dir, folder, { recursive: true });
    const api = join(folder, 'api/main.js');
    writeFileSync(api, readFileSync(api, 'utf8').replace("'bread'", "'cake'"));
    const engine = connectEngine({ name: 'ci', address: parts().engine.host }, { dockerHost: parts().engine.host });
    const images = BUILT.map(async (service) => {
      const dockerfile = 'Dockerfile';
      const context = await openContext(join(folder, service), { dockerfile, mtime: new Date() });
      const id = await engine.buildImage(context, { dockerfile, args: { BASE: parts().node.name }, labels: {} });
      const repository = `${parts().registry.address}/${bed.installation}/ci-${service}`;
      await engine.tagImage(id, repository, '1');
      return [service, `${repository}@${await engine.pushImage(repository, '1', undefined)}`];
    });
    return Object.fromEntries(await Promise.all(images)) as Record<string, string>;
  }

  const release = (images: Record<string, string>) => {
    const options = Object.entries(images).flatMap(([service, image]) => ['--image', `${service}=${image}`]);
    return ['release', '--commit', commit, '--by', 'ci@example.com', ...options];
  };
  const production = async () =>
    (await bed.windlass.read<{ environments: EnvironmentState[] }>('status')).environments[0];

  it('are released as they are, and nothing is built', async () => {
    const progress = await bed.windlass.read<ReleaseProgress>(...release(given));
    expect(progress).toMatchObject({ status: 'done', release: expect.stringContaining(`${commit.slice(0, 10)}-`) });
    expect(await ask(bed.production)).toBe('Today: cake (version 1)');
    const stageOf = (name: string) => progress.stages.find((one) => one.name === name);
    expect(stageOf('build')).toMatchObject({ state: 'done', detail: expect.stringContaining('given'), steps: [] });
    const pushed = stageOf('push')?.steps.map(({ name }) => name);
    expect(pushed?.sort()).toEqual(['pin store', 'verify api', 'verify jobs', 'verify web']);
    const registry = connectRegistry(parts().registry.address);
    const { record } = progress;
    const stored = await registry.getArtifact(`${bed.app}/windlass`, record?.digest ?? '');
    expect(stored?.json).toMatchObject({
      artifacts: Object.fromEntries(BUILT.map((service) => [service, { image: given[service], origin: 'given' }])),
    });
    for (const service of BUILT) expect(await registry.listTags(`${bed.app}/${service}`)).toEqual([]);
    const engine = clientOf(parts().engine.host);
    const label = [`${bed.installation}.role=instance`, `${bed.installation}.service=web`];
    const [web] = await engine.listContainers({ filters: { label } });
    expect(web?.Image).toBe(given.web);
  });

  it.each([
    [
      'a digest that the registry does not have',
      () => ({ ...given, web: (given.web ?? '').replace(/[0-9a-f]{64}$/, '0'.repeat(64)) }),
      /web.*no .*ci-web@sha256:0{64}/,
      3,
    ],
    [
      'a service without an image',
      () => ({ web: given.web ?? '', api: given.api ?? '' }),
      /--image jobs: .*has a build and no given image/,
      2,
    ],
  ])('%s is refused, and nothing is touched', async (_, images, says, expected) => {
    expect(await bed.windlass.run(...release(given))).toMatchObject({ status: 0 });
    const before = { containers: await containersOf(bed), production: await production() };
    const { status, stdout, stderr } = await bed.windlass.run(...release(images()));
    expect(stdout + stderr).toMatch(says);
    expect(status).toBe(expected);
    expect({ containers: await containersOf(bed), production: await production() }).toEqual(before);
    expect(before.containers.join('\n')).toContain('-web');
  });
});
