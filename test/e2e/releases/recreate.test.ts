import { ask, sendRequests } from '../../../lab/traffic/client';
import { changes, oneEnvironment } from '../../../lab/shop';
import type { TestBed } from '../../../lab/test-bed';
import { clientOf } from '../../../parts/server/engine-client';
import { freePort } from '../../../parts/run/ports';
import { describeWith, parts } from '../../setup/parts';
import { openTestBed, promote, serving } from '../test-bed';

/** The shop, whose api keeps a volume that one instance may have, and listens on a port of the host. */
describeWith(['temporal', 'engine', 'registry', 'compose', 'images', 'node'], 'recreate', () => {
  let bed: TestBed;
  let close: () => Promise<void>;
  let port: number;
  /** Two that are fit, and one that is not. */
  let [first, second, broken] = ['', '', ''];

  beforeAll(async () => {
    ({ bed, close } = await openTestBed());
    port = await freePort();
    bed.shop.write(
      'windlass.yaml',
      oneEnvironment(
        bed.app,
        `
    strategy: recreate
    soak: 2s
    verify: [{ http: { service: web, path: /checkout, body: Paid } }]`,
      ),
    );
    bed.shop.edit(
      'docker-compose.yml',
      '      PAYMENTS: ${PAYMENTS:-test}\n',
      `      PAYMENTS: \${PAYMENTS:-test}\n    ports: ["127.0.0.1:${port}:5000"]\n    volumes: ["books:/books"]\n`,
    );
    bed.shop.edit('docker-compose.yml', '  stored:\n', '  stored:\n  books:\n');
    // Who finds the other's lock is the second to hold the volume.
    bed.shop.edit(
      'api/main.js',
      /^/,
      `const { rmSync, writeFileSync } = require('node:fs');
writeFileSync('/books/lock', 'held', { flag: 'wx' });
process.on('SIGTERM', () => rmSync('/books/lock'));
`,
    );
    first = changes.first(bed.shop);
    second = changes.better(bed.shop);
    broken = changes.broken(bed.shop);
  });
  afterAll(async () => await close());

  const release = (commit: string) => promote(bed, commit);
  const id = (commit: string) => commit.slice(0, 10);
  const direct = async () => (await fetch(`http://127.0.0.1:${port}/health`)).status;
  const running = async () => {
    const filters = { label: [`${bed.installation}.app=${bed.app}`, `${bed.installation}.role=instance`] };
    const containers = await clientOf(parts().engine.host).listContainers({ all: true, filters });
    return [...new Set(containers.map(({ Labels, State }) => `${Labels[`${bed.installation}.release`]} ${State}`))];
  };

  it('replaces what two releases cannot have at once, and the old one has gone', async () => {
    // Without an outage, for there is nothing to stop.
    await serving(bed, first);
    expect(await direct()).toBe(200);
    const client = sendRequests(bed.production, 20);
    const { status, said } = await release(second);
    const { failed, sent, failures } = await client.stop();
    expect({ status, said: status ? said : '' }).toEqual({ status: 0, said: '' });
    expect(failed).toBeGreaterThan(0);
    expect(failures.filter((failure) => !failure.includes('503'))).toEqual([]);
    expect(failed).toBeLessThan(sent);
    expect(await ask(bed.production)).toBe('Today: bread and butter (version 2)');
    expect(await direct()).toBe(200);
    expect(await running()).toEqual([`${id(second)} running`]);
  });

  it('goes back as the mirror when the new one is not fit', async () => {
    await serving(bed, second);
    const { status, said } = await release(broken);
    expect({ status, said: status === 3 ? '' : said }).toEqual({ status: 3, said: '' });
    expect(await ask(bed.production)).toBe('Today: bread and butter (version 2)');
    expect(await direct()).toBe(200);
    expect(await running()).toEqual([`${id(second)} running`]);
  });

  it('says the outage before, and is rolled back to the release before', async () => {
    await serving(bed, first);
    await serving(bed, second);
    const { stdout } = await bed.windlass.run('plan', 'production', id(first));
    expect(stdout).toContain('recreate is an outage: requests to shop.localhost get 503 from when api,');
    const { status } = await bed.windlass.run('rollback', 'production', '--by', 'a@example.com', '--reason', 'butter');
    expect(status).toBe(0);
    expect(await ask(bed.production)).toBe('Today: bread (version 1)');
    expect(await running()).toEqual([`${id(first)} running`]);
  });
});
