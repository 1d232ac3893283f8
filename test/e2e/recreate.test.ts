import { ask, sendRequests } from '../../demo/client';
import { changes, oneEnvironment } from '../../demo/shop';
import type { Stage } from '../../demo/stage';
import { clientOf } from '../../parts/engine-client';
import { freePort } from '../../parts/ports';
import { describeWith, parts } from '../setup/parts';
import { openStand } from './stand';

/** The shop, whose api keeps a volume that one instance may have, and listens on a port of the host. */
describeWith(['temporal', 'engine', 'registry', 'compose', 'images', 'node'], 'recreate', () => {
  let stage: Stage;
  let close: () => Promise<void>;
  let port: number;
  const releases: string[] = [];

  beforeAll(async () => {
    ({ stage, close } = await openStand());
    port = await freePort();
    stage.shop.write(
      'windlass.yaml',
      oneEnvironment(
        stage.app,
        `
    strategy: recreate
    soak: 2s
    verify: [{ http: { service: web, path: /checkout, body: Paid } }]`,
      ),
    );
    stage.shop.edit(
      'docker-compose.yml',
      '      PAYMENTS: ${PAYMENTS:-test}\n',
      `      PAYMENTS: \${PAYMENTS:-test}\n    ports: ["127.0.0.1:${port}:5000"]\n    volumes: ["books:/books"]\n`,
    );
    stage.shop.edit('docker-compose.yml', '  stored:\n', '  stored:\n  books:\n');
    // Who finds the other's lock is the second to hold the volume.
    stage.shop.edit(
      'api/main.js',
      /^/,
      `const { rmSync, writeFileSync } = require('node:fs');
writeFileSync('/books/lock', 'held', { flag: 'wx' });
process.on('SIGTERM', () => rmSync('/books/lock'));
`,
    );
  });
  afterAll(async () => await close());

  const release = async (commit: string) => {
    const ended = await stage.windlass.run('release', '--commit', commit, '--by', 'ci@example.com', '--until', 'done');
    return { status: ended.status, said: ended.stdout + ended.stderr };
  };
  const direct = async () => (await fetch(`http://127.0.0.1:${port}/health`)).status;
  const running = async () => {
    const filters = { label: [`${stage.installation}.app=${stage.app}`, `${stage.installation}.role=instance`] };
    const containers = await clientOf(parts().engine.host).listContainers({ all: true, filters });
    return [...new Set(containers.map(({ Labels, State }) => `${Labels[`${stage.installation}.release`]} ${State}`))];
  };

  it('begins without an outage, for there is nothing to stop', async () => {
    releases.push(changes.first(stage.shop).slice(0, 10));
    const { status, said } = await release(releases[0]!);
    expect({ status, said: status ? said : '' }).toEqual({ status: 0, said: '' });
    expect(await direct()).toBe(200);
  });

  it('replaces what two releases cannot have at once, and the old one has gone', async () => {
    releases.push(changes.better(stage.shop).slice(0, 10));
    const client = sendRequests(stage.production, 20);
    const { status, said } = await release(releases[1]!);
    const { failed, sent, failures } = await client.stop();
    expect({ status, said: status ? said : '' }).toEqual({ status: 0, said: '' });
    expect(failed).toBeGreaterThan(0);
    expect(failures.filter((failure) => !failure.includes('503'))).toEqual([]);
    expect(failed).toBeLessThan(sent);
    expect(await ask(stage.production)).toBe('Today: bread and butter (version 2)');
    expect(await direct()).toBe(200);
    expect(await running()).toEqual([`${releases[1]} running`]);
  });

  it('goes back as the mirror when the new one is not fit', async () => {
    const { status, said } = await release(changes.broken(stage.shop));
    expect({ status, said: status === 3 ? '' : said }).toEqual({ status: 3, said: '' });
    expect(await ask(stage.production)).toBe('Today: bread and butter (version 2)');
    expect(await direct()).toBe(200);
    expect(await running()).toEqual([`${releases[1]} running`]);
  });

  it('says the outage before, and is rolled back to the first release', async () => {
    const { stdout } = await stage.windlass.run('plan', 'production', releases[0]!);
    expect(stdout).toContain('recreate is an outage: requests to shop.localhost are answered with 503 from when api,');
    const { status } = await stage.windlass.run(
      'rollback',
      'production',
      '--by',
      'a@example.com',
      '--reason',
      'butter',
    );
    expect(status).toBe(0);
    expect(await ask(stage.production)).toBe('Today: bread (version 1)');
    expect(await running()).toEqual([`${releases[0]} running`]);
  });
});
