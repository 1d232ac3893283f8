import { ask } from '../../../lab/traffic/client';
import type { TestBed } from '../../../lab/test-bed';
import { clientOf } from '../../../parts/server/engine-client';
import { describeWith, parts } from '../../setup/parts';
import { testServer } from '../../setup/server';
import { openTestBed, serving } from '../test-bed';

/** A page of everything that the container was given; `seed` and `stamp` write a line of it, each time that they run. Nobody waits for `stamp`. */
const COMPOSE = `
x-image: &image
  context: .
  dockerfile_inline: |
    FROM \${BASE}
    RUN mkdir -p /www /shared
services:
  web:
    build: *image
    command: [sh, -c, "cat /etc/app.conf /said /run/secrets/token /shared/seeds /shared/stamps > /www/index.html; exec httpd -f -p 80 -h /www"]
    init: true
    expose: ["80"]
    volumes: ["./app.conf:/etc/app.conf:ro", "shared:/shared"]
    configs: [said]
    secrets: [token]
    depends_on: { seed: { condition: service_completed_successfully } }
  seed:
    build: *image
    command: [sh, -c, "echo seeded by $$(cat /run/secrets/token) >> /shared/seeds"]
    volumes: ["shared:/shared"]
    secrets: [token]
  stamp:
    build: *image
    command: [sh, -c, "echo stamped >> /shared/stamps"]
    volumes: ["shared:/shared"]
    restart: "no"
volumes: { shared: }
configs: { said: { content: "said in \${PLACE}\\n" } }
secrets: { token: { environment: API_TOKEN } }
`;
const manifest = (app: string) => `
app: ${app}
services:
  web: { volumes: { shared: shared } }
  seed: { completes: { irreversible: true } }
  stamp: { completes: {} }
environments:
  production:
    hosts: [local]
    variables: { PLACE: production }
    secrets: { API_TOKEN: { env: SHOP_PRODUCTION_TOKEN } }
    routes: [{ service: web, host: shop.localhost }]
    soak: 1s
`;

describeWith(['temporal', 'engine', 'registry', 'compose', 'images', 'node'], 'what a compose file says', () => {
  let bed: TestBed;
  let close: () => Promise<void>;
  let [first, second] = ['', ''];

  beforeAll(async () => {
    ({ bed, close } = await openTestBed());
    bed.shop.setVariable('BASE', parts().images.base.name);
    bed.shop.write('docker-compose.yml', COMPOSE);
    bed.shop.write('windlass.yaml', manifest(bed.app));
    bed.shop.write('app.conf', 'canary-of-the-first\n');
    first = bed.shop.commit('Open');
    bed.shop.write('app.conf', 'canary-of-the-second\n');
    second = bed.shop.commit('Change a file');
  });
  afterAll(async () => await close());

  /** As the page is expected to be. */
  const page = (conf: string, seeds: number) => {
    const token = bed.variables['SHOP_PRODUCTION_TOKEN'];
    const lines = `seeded by ${token}\n`.repeat(seeds) + 'stamped\n'.repeat(seeds);
    return [conf, 'said in production', `${token}${lines}`.trimEnd()].join('\n');
  };

  it('runs: files of the commit, configs, secrets, a service that runs once, and a volume that two releases share', async () => {
    await serving(bed, first);
    expect((await ask(bed.production)).trimEnd()).toBe(page('canary-of-the-first', 1));
    await serving(bed, second);
    expect((await ask(bed.production)).trimEnd()).toBe(page('canary-of-the-second', 2));
  });

  it('goes back with its files, which are in no history, and what runs once does not run again', async () => {
    await serving(bed, first);
    await serving(bed, second);
    const seeds = seedsOf(await ask(bed.production));
    const { status } = await bed.windlass.run('rollback', 'production', '--by', 'ops@example.com');
    expect(status).toBe(0);
    expect((await ask(bed.production)).trimEnd()).toBe(page('canary-of-the-first', seeds));
    const server = await testServer();
    try {
      const found = server.client.workflow.list({ query: `WindlassApp = "${bed.app}"` });
      const histories: string[] = [];
      for await (const { workflowId, runId } of found)
        histories.push(textOf(await server.client.workflow.getHandle(workflowId, runId).fetchHistory()));
      expect(histories.length).toBeGreaterThan(3);
      expect(histories.filter((text) => text.includes('canary-of'))).toEqual([]);
    } finally {
      await server.teardown();
    }
    const engine = clientOf(parts().engine.host);
    const label = [`${bed.installation}.role=one-off`];
    const oneOffs = await engine.listContainers({ all: true, filters: { label } });
    expect(oneOffs.filter(({ State }) => State === 'running')).toEqual([]);
  });
});

const seedsOf = (page: string) => page.split('seeded by').length - 1;

/** Payloads are bytes within what is fetched. */
const textOf = (history: unknown) =>
  JSON.stringify(history, (_, value: unknown) => (value instanceof Uint8Array ? Buffer.from(value).toString() : value));
