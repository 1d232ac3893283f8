import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectEngine } from '../../activities/drivers/docker/connect';
import { packContext } from '../../activities/drivers/docker/context';
import { connectRegistry } from '../../activities/drivers/registry/registry';
import { ask } from '../../demo/client';
import { oneEnvironment } from '../../demo/shop';
import type { Stage } from '../../demo/stage';
import { clientOf } from '../../parts/engine-client';
import type { EnvironmentState } from '../../src/model/environment';
import type { ReleaseProgress } from '../../src/model/progress';
import { describeWith, parts } from '../setup/parts';
import { containersOf, openStand } from './stand';

/** Nobody to be asked. */
const MORE = `
    soak: 1s
    verify: [{ http: { service: web, path: /, body: Today } }]`;
const BUILT = ['web', 'api', 'jobs'];

describeWith(['temporal', 'engine', 'registry', 'compose', 'images', 'node'], 'images that CI has built', () => {
  let stage: Stage;
  let close: () => Promise<void>;
  let commit: string;
  let given: Record<string, string>;

  beforeAll(async () => {
    ({ stage, close } = await openStand());
    stage.shop.write('windlass.yaml', oneEnvironment(stage.app, MORE));
    commit = stage.shop.commit('Sell bread');
    given = await buildAsCiDoes();
  });
  afterAll(async () => await close());

  /** CI sells cake: what is built from the commit itself would sell bread. */
  async function buildAsCiDoes(): Promise<Record<string, string>> {
    const folder = join(stage.shop.dir, '../ci');
    cpSync(stage.shop.dir, folder, { recursive: true });
    const api = join(folder, 'api/main.js');
    writeFileSync(api, readFileSync(api, 'utf8').replace("'bread'", "'cake'"));
    const engine = connectEngine({ name: 'ci', address: parts().engine.host }, { dockerHost: parts().engine.host });
    const images = BUILT.map(async (service) => {
      const dockerfile = 'Dockerfile';
      const context = await packContext(join(folder, service), { dockerfile, mtime: new Date() });
      const id = await engine.buildImage(context, { dockerfile, args: { BASE: parts().node.name }, labels: {} });
      const repository = `${parts().registry.address}/${stage.installation}/ci-${service}`;
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
    (await stage.windlass.read<{ environments: EnvironmentState[] }>('status')).environments[0];

  it('are released as they are, and nothing is built', async () => {
    const progress = await stage.windlass.read<ReleaseProgress>(...release(given));
    expect(progress).toMatchObject({ status: 'done', release: expect.stringContaining(`${commit.slice(0, 10)}-`) });
    expect(await ask(stage.production)).toBe('Today: cake (version 1)');
    const stageOf = (name: string) => progress.stages.find((one) => one.name === name);
    expect(stageOf('build')).toMatchObject({ state: 'done', detail: expect.stringContaining('given'), steps: [] });
    const pushed = stageOf('push')?.steps.map(({ name }) => name);
    expect(pushed?.sort()).toEqual(['pin store', 'verify api', 'verify jobs', 'verify web']);
    const registry = connectRegistry(parts().registry.address);
    const { record } = progress;
    const stored = await registry.getArtifact(`${stage.app}/windlass`, record?.digest ?? '');
    expect(stored?.json).toMatchObject({
      artifacts: Object.fromEntries(BUILT.map((service) => [service, { image: given[service], origin: 'given' }])),
    });
    for (const service of BUILT) expect(await registry.listTags(`${stage.app}/${service}`)).toEqual([]);
    const engine = clientOf(parts().engine.host);
    const label = [`${stage.installation}.role=instance`, `${stage.installation}.service=web`];
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
      /--image jobs: .*no image is given for it/,
      2,
    ],
  ])('%s is refused, and nothing is touched', async (_, images, says, expected) => {
    const before = { containers: await containersOf(stage), production: await production() };
    const { status, stdout, stderr } = await stage.windlass.run(...release(images()));
    expect(stdout + stderr).toMatch(says);
    expect(status).toBe(expected);
    expect({ containers: await containersOf(stage), production: await production() }).toEqual(before);
    expect(before.containers.join('\n')).toContain('-web');
  });
});
