import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ask } from '../../lab/traffic/client';
import { Shop } from '../../lab/shop';
import type { TestBed } from '../../lab/test-bed';
import { Windlass } from '../../lab/windlass';
import { describeWith, parts } from '../setup/parts';
import { openTestBed, releaseOf, said, serving } from './test-bed';

const HOST = 'right.localhost';

/** Whatever would put another thing in the place of what runs is told, or refused until somebody says so. */
describeWith(['temporal', 'engine', 'registry', 'compose', 'images', 'node'], 'the wrong thing', () => {
  let bed: TestBed;
  let close: () => Promise<void>;
  const folder = mkdtempSync(join(tmpdir(), 'windlass-e2e-other-'));
  let count = 0;
  const commits: string[] = [];

  beforeAll(async () => {
    ({ bed, close } = await openTestBed());
    for (const more of ['', '', ', order: newest', ', order: newest']) commits.push(commit(bed.shop, bed.app, more));
  });
  afterAll(async () => {
    await close?.();
    rmSync(folder, { recursive: true, force: true });
  });

  function commit(shop: Shop, app: string, more = ''): string {
    count += 1;
    const answer = `require('http').createServer((_, r) => r.end('${app} ${count}')).listen(8080)`;
    const production = `{ hosts: [local], soak: 0s, routes: [{ service: web, host: ${HOST} }]${more} }`;
    shop.write('windlass.yaml', `app: ${app}\nenvironments:\n  production: ${production}\n`);
    shop.write('docker-compose.yml', 'services: { web: { build: ./web, init: true, expose: ["8080"] } }\n');
    shop.write('web/Dockerfile', `FROM ${parts().node.name}\nCMD ${JSON.stringify(['node', '-e', answer])}\n`);
    return shop.commit(`Version ${count}`);
  }
  /** Another repository, from which the same installation is asked. */
  function elsewhere(app: string) {
    const shop = Shop.start(join(folder, app + count));
    const windlass = new Windlass(bed.variables, shop.dir, join(folder, 'log'), () => undefined);
    windlass.program = bed.windlass.program;
    return { windlass, sha: commit(shop, app) };
  }
  const page = () => ask({ address: bed.address, host: HOST });

  it('an older commit is told in the release and in the history', async () => {
    const [one = '', two = ''] = commits;
    expect(await releaseOf(bed, two)).toMatchObject({ status: 0 });
    const what = `${one.slice(0, 10)} is an ancestor of ${two.slice(0, 10)}`;
    expect(await releaseOf(bed, one)).toEqual({ status: 0, said: expect.stringContaining(what) });
    expect(said(await bed.windlass.run('history', 'production'))).toContain(what);
  });

  it('an older commit is refused where the newest is wanted, and not on the way back', async () => {
    const [one = '', , three = '', four = ''] = commits;
    await serving(bed, one);
    expect(await releaseOf(bed, four)).toMatchObject({ status: 0 });
    expect(await releaseOf(bed, three)).toEqual({ status: 3, said: expect.stringContaining('order: newest') });
    expect(await page()).toBe(`${bed.app} 4`);
    const back = await bed.windlass.run('rollback', 'production', '--by', 'ops@example.com', '--reason', 'a test');
    expect([back.status, await page()]).toEqual([0, `${bed.app} 1`]);
  });

  it('another repository with the name of the application is refused until somebody accepts it', async () => {
    await serving(bed, commits[0]!);
    const { windlass, sha } = elsewhere(bed.app);
    expect(await releaseOf({ windlass }, sha)).toEqual({
      status: 3,
      said: expect.stringContaining('--accept-repository'),
    });
    expect(await page()).toBe(`${bed.app} 1`);
    expect(await releaseOf({ windlass }, sha, '--accept-repository')).toEqual({
      status: 0,
      said: expect.stringContaining('accepted by ci@example.com'),
    });
  });

  it('another application with its address is refused by check and by release, and gets no request', async () => {
    await serving(bed, commits[0]!);
    const before = await page();
    const { windlass, sha } = elsewhere(`${bed.app}b`);
    const taken = `${HOST}/ is an address of ${bed.app}-production`;
    const checked = await windlass.run('check', '--commit', sha);
    expect({ status: checked.status, said: said(checked) }).toEqual({
      status: 2,
      said: expect.stringContaining(taken),
    });
    expect(await releaseOf({ windlass }, sha)).toEqual({ status: 3, said: expect.stringContaining(taken) });
    expect(await page()).toBe(before);
  });
});
