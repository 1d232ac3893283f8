import { readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { connectRegistry } from '../../../activities/drivers/registry/registry';
import type { TestBed } from '../../../lab/test-bed';
import { MOST_RETAINED } from '../../../src/model/environment/environment';
import { clientOf } from '../../../parts/server/engine-client';
import { describeWith, parts } from '../../setup/parts';
import { openTestBed, said } from '../test-bed';

jest.setTimeout(3_000_000);
const BY = ['--by', 'ops@example.com'];

describeWith(['temporal', 'engine', 'registry', 'compose', 'images', 'node'], 'sixty releases in a row', () => {
  let bed: TestBed;
  let close: () => Promise<void>;
  let version = 0;

  beforeAll(async () => void ({ bed, close } = await openTestBed('probe')));
  afterAll(async () => await close?.());

  async function release(): Promise<void> {
    version += 1;
    bed.shop.write('windlass.yaml', manifestOf(bed.app));
    for (const service of ['web', 'jobs']) bed.shop.write(`${service}/version.txt`, String(version));
    const commit = bed.shop.commit(`Version ${version}`);
    const ended = await bed.windlass.run('release', '--commit', commit, ...BY, '--until', 'done');
    if (ended.status !== 0) throw new Error(`release ${version}:\n${said(ended)}`);
  }

  /** An hour later, and cleaned: what is left, each kind counted. */
  async function left(): Promise<Record<string, number>> {
    const checkouts = join(bed.variables['WINDLASS_CACHE']!, 'checkouts');
    const before = new Date(Date.now() - 2 * 3_600_000);
    for (const name of readdirSync(checkouts)) utimesSync(join(checkouts, name), before, before);
    await release();
    const cleaned = await bed.windlass.run('clean', '--registry', '--keep', '6', '--ledger', '20', '--yes', ...BY);
    expect({ status: cleaned.status, said: said(cleaned) }).toMatchObject({ status: 0 });
    const registry = connectRegistry(parts().registry.address);
    const tags = await registry.listTags(`${bed.app}/windlass`);
    const engine = clientOf(parts().engine.host);
    const of = (name: string) => name.startsWith(`${parts().registry.address}/${bed.app}/`);
    const images = (await engine.listImages()).filter(({ RepoTags, RepoDigests }) =>
      [...(RepoTags ?? []), ...(RepoDigests ?? [])].some(of),
    );
    const filters = { label: [`${bed.installation}.app=${bed.app}`] };
    return {
      records: tags.filter((tag) => tag.startsWith('release-')).length,
      entries: tags.filter((tag) => tag.startsWith('ledger-')).length,
      'images in the registry': (await registry.listTags(`${bed.app}/web`)).length,
      'images on the engine': images.length,
      checkouts: readdirSync(checkouts).length,
      containers: (await engine.listContainers({ all: true, filters })).length,
      networks: (await engine.listNetworks({ filters })).length,
    };
  }

  it('leave as much as six, and in the registry what an environment can go back to', async () => {
    while (version < 6) await release();
    const { records: _, 'images in the registry': __, ...six } = await left();
    while (version < 60) await release();
    const { records, 'images in the registry': images, ...sixty } = await left();
    console.info(JSON.stringify({ records, images, sixty }));
    expect(sixty).toEqual(six);
    // the current one and those before it, each with two tags of its record
    expect({ records, images }).toEqual({ records: 2 * (MOST_RETAINED + 1), images: MOST_RETAINED + 1 });
    // what stays is enough to go back
    expect(await bed.windlass.run('rollback', 'production', ...BY)).toMatchObject({ status: 0 });
    expect(await bed.windlass.run('history', '--verify')).toMatchObject({ status: 0 });
  });
});

const manifestOf = (app: string) => `
app: ${app}
services:
  web: { drain: 1s, replicas: 1 }
  jobs: { background: true }
environments:
  production:
    hosts: [local]
    routes: [{ service: web, host: probe.localhost }]
    soak: 100ms
    retention: 2
`;
