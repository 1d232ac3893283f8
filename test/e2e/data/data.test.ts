import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectEngine } from '../../../activities/drivers/docker/connect';
import type { CheckReport } from '../../../src/model/inspection';
import { clientOf } from '../../../parts/server/engine-client';
import type { TestBed } from '../../../lab/test-bed';
import { build, makeFolder } from '../../activities/fixtures';
import { describeWith, parts } from '../../setup/parts';
import { openTestBed, releaseOf, said } from '../test-bed';

/** Who comes first to an empty folder writes a row; who comes while another one is there writes that down. */
const KEEPER = `#!/bin/sh
trap 'rmdir /data/lock; exit 0' TERM
mkdir /data/lock 2>/dev/null || hostname >> /data/two
[ -f /data/row ] || hostname > /data/row
while true; do sleep 1 & wait $!; done
`;

/** What keeps data is never lost and never written by two, whatever becomes of its name, its kind and its place. */
describeWith(['temporal', 'engine', 'registry', 'compose', 'images', 'node'], 'what keeps data', () => {
  let bed: TestBed;
  let close: (() => Promise<void>) | undefined;
  let image: string;
  let count = 0;
  const engine = () => connectEngine({ name: 'local', address: 'local' }, { dockerHost: parts().engine.host });
  const rows: Record<string, string> = {};
  const big = () => `big-${bed.installation}`;

  beforeAll(async () => {
    ({ bed, close } = await openTestBed());
    image = `${parts().registry.address}/${bed.installation}/keeper`;
    const dockerfile = `FROM ${parts().images.base.name}\nCOPY --chmod=755 keeper /keeper\nVOLUME /data\nCMD ["/keeper"]\n`;
    const id = await build(
      engine(),
      makeFolder({ Dockerfile: dockerfile.replace('--chmod=755 ', ''), keeper: KEEPER }),
    );
    await engine().tagImage(id, image, '1');
    await engine().pushImage(image, '1', undefined);
  });
  afterAll(async () => {
    await close?.();
    const client = clientOf(parts().engine.host);
    await client
      .getVolume(big())
      .remove()
      .catch(() => undefined);
  });

  const db = (more = '', name = 'db') =>
    `  ${name}: { image: "${image}:1", command: [sh, /keeper], healthcheck: { test: [CMD, test, -f, /data/row], interval: 1s }${more} }\n`;
  const onData = ', volumes: ["data:/data"]';
  /** It writes, and is never healthy. */
  const sickly = (more: string, of = 'db') =>
    db(more, of).replace('test: [CMD, test, -f, /data/row]', 'test: [CMD, "false"], retries: 1');

  /** Commits services beside `web`, volumes, and what the manifest says of services. */
  function commit(services: string, { volumes = '{ data: }', manifest = '', environment = 'production' } = {}): string {
    count += 1;
    bed.shop.write(
      'windlass.yaml',
      `app: ${bed.app}\n${manifest}environments:\n  ${environment}: { hosts: [local], soak: 0s }\n`,
    );
    bed.shop.write(
      'docker-compose.yml',
      `services:\n  web: { build: ./web, environment: { V: "${count}" }, healthcheck: { test: [CMD, "true"] } }\n${services}volumes: ${volumes}\n`,
    );
    bed.shop.write('web/Dockerfile', `FROM ${parts().images.base.name}\nCMD ["sleep", "100000"]\n`);
    return bed.shop.commit(`change ${count}`);
  }
  const release = (of: string, ...more: string[]) => releaseOf(bed, of, ...more);
  const expectReleased = async (of: string, ...more: string[]) => {
    const ended = await release(of, ...more);
    expect({ status: ended.status, said: ended.status ? ended.said : '' }).toEqual({ status: 0, said: '' });
  };
  const rollback = async (...more: string[]) =>
    bed.windlass.run('rollback', 'production', '--by', 'ops@example.com', '--reason', 'a test', ...more);
  /** The containers of the keeper that run, by their names after the environment's. */
  async function keepers(): Promise<string[]> {
    const filters = { label: [`${bed.installation}.app=${bed.app}`] };
    const all = await clientOf(parts().engine.host).listContainers({ all: true, filters });
    return all
      .filter(({ Labels, State }) => Labels[`${bed.installation}.service`] !== 'web' && State === 'running')
      .map(({ Names }) => Names[0]!.slice(1))
      .sort();
  }
  const name = (service: string) => `${bed.installation}-${bed.app}-production-${service}`;
  const row = async (container: string) => (await engine().exec(container, ['cat', '/data/row'])).stdout.trim();
  const two = async (container: string) =>
    (await engine().exec(container, ['sh', '-c', 'cat /data/two 2>/dev/null'])).stdout;
  const expectOne = async (container: string, of: string) => {
    expect(await keepers()).toEqual([container]);
    expect([await row(container), await two(container)]).toEqual([of, '']);
  };

  /** What a test begins from, whichever was before it: `db` keeps its data in what the image declares, or in the volume `data`. */
  async function declared(): Promise<void> {
    if (rows['nameless']) return;
    await expectReleased(commit(db()));
    rows['nameless'] = await row(name('db'));
  }
  async function named(): Promise<void> {
    if (rows['data']) return;
    await expectReleased(commit(db(onData)), '--accept-empty', 'db');
    rows['data'] = await row(name('db'));
  }

  it('a volume that the image declares stays, release after release', async () => {
    await declared();
    const [volume] = (await engine().inspectContainer(name('db')))!.volumes;
    await expectReleased(commit(db()));
    await expectOne(name('db'), rows['nameless']!);
    // One that is made anew has it, too.
    await expectReleased(commit(db(', environment: { A: b }')));
    await expectOne(name('db'), rows['nameless']!);
    expect((await engine().inspectContainer(name('db')))!.volumes).toEqual([volume]);
  });

  it('another place for its data is refused until that is said, and then a warning', async () => {
    await declared();
    const moved = commit(db(onData));
    const refused = await release(moved);
    expect(refused).toMatchObject({ status: 3, said: expect.stringContaining('--accept-empty db') });
    await expectOne(name('db'), rows['nameless']!);
    await expectReleased(moved, '--accept-empty', 'db');
    rows['data'] = await row(name('db'));
    expect(rows['data']).not.toBe(rows['nameless']);
  });

  it('a volume that gets a name is another one, there and back', async () => {
    await named();
    const renamed = commit(db(onData), { volumes: `{ data: { name: ${big()} } }` });
    expect(await release(renamed)).toMatchObject({ status: 3, said: expect.stringContaining('starts empty') });
    await expectReleased(renamed, '--accept-empty', 'db');
    rows['big'] = await row(name('db'));
    expect(rows['big']).not.toBe(rows['data']);
    expect(said(await rollback())).toContain('--accept-empty db');
    expect((await rollback('--accept-empty', 'db')).status).toBe(0);
    await expectOne(name('db'), rows['data']!);
  });

  it('a service of another name has the data after the old one, there and back', async () => {
    await named();
    await expectReleased(commit(db(onData, 'database')));
    await expectOne(name('database'), rows['data']!);
    expect((await rollback()).status).toBe(0);
    await expectOne(name('db'), rows['data']!);
  });

  it('an accessory that becomes a released service stops first, there and back', async () => {
    await named();
    const of = commit(db(onData), { manifest: 'services: { db: { accessory: false, volumes: { data: shared } } }\n' });
    await expectReleased(of);
    await expectOne(name(`${of.slice(0, 10)}-db`), rows['data']!);
    expect((await rollback()).status).toBe(0);
    await expectOne(name('db'), rows['data']!);
  });

  it('a release that fails gives the data back: another name, and another kind', async () => {
    await named();
    const sick = ', volumes: ["data:/data"], environment: { SICK: "yes" }, stop_grace_period: 1s';
    const released = 'services: { db: { accessory: false, volumes: { data: shared } } }\n';
    for (const failing of [commit(sickly(sick, 'database')), commit(sickly(sick), { manifest: released })]) {
      expect(await release(failing)).toMatchObject({ status: 3 });
      await expectOne(name('db'), rows['data']!);
    }
  });

  it('what leaves the compose file is told until it is forgotten, and its data stays', async () => {
    await named();
    await expectReleased(commit(''));
    await expectOne(name('db'), rows['data']!);
    const status = async (...more: string[]) => said(await bed.windlass.run('status', ...more));
    for (const text of [await status(), await status('production', '--observed')])
      expect(text).toContain('windlass forget production db');
    const forgotten = await bed.windlass.run('forget', 'production', 'db', '--by', 'ops@example.com');
    expect(said(forgotten)).toContain(`db: its data stays in ${bed.app}-production_data of local`);
    expect({ status: forgotten.status, said: forgotten.status ? said(forgotten) : '' }).toEqual({
      status: 0,
      said: '',
    });
    expect(await keepers()).toEqual([]);
    expect(await engine().inspectVolume(`${bed.app}-production_data`)).toBeDefined();
    for (const text of [await status(), await status('production', '--observed')]) expect(text).not.toContain('forget');
    await expectReleased(commit(db(onData)));
    await expectOne(name('db'), rows['data']!);
  });

  it('a folder of the host is data as a volume is', async () => {
    await named();
    const folder = mkdtempSync(join(tmpdir(), 'windlass-e2e-data-'));
    const service = db(`, volumes: ["${folder}:/data"]`, 'files');
    await expectReleased(commit(db(onData) + service));
    rows['files'] = await row(name('files'));
    await expectReleased(commit(db(onData) + service));
    expect(await keepers()).toEqual([name('db'), name('files')]);
    expect([await row(name('files')), await two(name('files'))]).toEqual([rows['files'], '']);
  });

  it('an external volume that is not there is refused by check and by release', async () => {
    const of = commit(db(onData), { volumes: '{ data: { external: true, name: nowhere-at-all } }' });
    const report = await bed.windlass.read<CheckReport>('check', '--commit', of);
    expect(JSON.stringify(report.hosts)).toContain('the volume nowhere-at-all is external, but missing on local');
    expect((await release(of)).said).toContain('the volume nowhere-at-all is external');
    expect(await engine().inspectVolume('nowhere-at-all')).toBeUndefined();
  });

  it('an environment that the manifest has no more is told', async () => {
    await named();
    const of = commit(db(onData), { environment: 'live' });
    const report = await bed.windlass.read<CheckReport>('check', '--commit', of);
    expect(JSON.stringify(report.hosts)).toContain(`environment production of ${bed.app} still runs here`);
  });
});
