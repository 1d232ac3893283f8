import { appNameFrom, composeProjectFrom, type InitService, writeManifest } from '../../../src/manifest/init';
import { parseManifest } from '../../../src/manifest/parse';

const write = (services: Record<string, InitService>, more: object = {}) => {
  const { text, undecided } = writeManifest({ app: 'shop', services, approver: 'ops@example.com', ...more });
  const { manifest, problems } = parseManifest('windlass.yaml', text);
  expect(problems).toEqual([]);
  return { manifest: manifest!, undecided, text };
};
const port = (target: number) => ({ target, published: String(target) });
const volume = { type: 'volume', source: 'data' };

test('a built service that publishes a port is routed, a service with a volume is an accessory', () => {
  const { manifest, undecided } = write({
    web: { build: {}, ports: [port(80)] },
    api: { build: {} },
    db: { image: 'postgres', volumes: [volume] },
  });
  expect(manifest.environments['staging']).toMatchObject({
    routes: [{ service: 'web', host: 'staging.shop.localhost' }],
    verify: [{ kind: 'http' }],
  });
  expect(manifest.environments['production']).toMatchObject({
    approval: { from: ['ops@example.com'], starter: 'may' },
    routes: [{ host: 'shop.localhost' }],
  });
  expect(manifest.services).toMatchObject({ db: { accessory: true } });
  expect(undecided).toEqual([]);
});

test('a front that is not built and stands before others is the one that people call', () => {
  const { manifest, undecided } = write({
    nginx: { image: 'nginx', ports: [port(80)], depends_on: { web: {} } },
    web: { build: {}, ports: [port(3000)] },
  });
  expect(manifest.environments['staging']?.routes.map(({ service }) => service)).toEqual(['nginx']);
  expect(manifest.services['web']?.publish).toBe(false);
  expect(undecided).toEqual([
    'web publishes a port on a laptop; releases leave it out (publish: false), for environments share a host here.',
  ]);
});

test('what cannot be seen is said', () => {
  expect(write({ api: { build: {} } }).undecided).toEqual([
    'No service publishes a port, so none is routed: write under routes which one people call.',
  ]);
  const { manifest, undecided } = write({
    a: { build: {}, ports: [port(80), port(81)] },
    b: { build: {}, ports: [port(82)] },
  });
  expect(undecided).toEqual([
    'a, b all publish ports, so each has a route: remove those that only others call.',
    'a publishes several ports; its route leads to 80.',
  ]);
  expect(manifest.environments['staging']?.routes).toMatchObject([
    { service: 'a', host: 'a.staging.shop.localhost', port: 80 },
    { service: 'b', host: 'b.staging.shop.localhost' },
  ]);
});

test('secrets and variables are declared', () => {
  const { manifest, undecided } = write(
    { web: { build: {}, ports: [port(80)], environment: { DB_PASSWORD: 'hunter2', MODE: 'x' } } },
    { unset: ['API_TOKEN', 'TAG'] },
  );
  expect(manifest.environments['production']?.secrets).toEqual({
    DB_PASSWORD: { env: 'SHOP_PRODUCTION_DB_PASSWORD' },
    API_TOKEN: { env: 'SHOP_PRODUCTION_API_TOKEN' },
  });
  expect(manifest.environments['production']?.variables).toEqual({ TAG: '' });
  expect(undecided).toHaveLength(2);
});

test('names that YAML would read as something else', () => {
  const { manifest } = write({
    on: { build: {}, ports: [port(80)] },
    '1x': { image: 'a', volumes: [volume], ports: [port(90)] },
  });
  expect(manifest.environments['staging']?.routes[0]?.service).toBe('on');
  expect(manifest.services['1x']).toMatchObject({ accessory: true, publish: false });
});

test('what docker compose runs in production today is taken over where that is said, and asked about where not', () => {
  const services = { web: { build: {}, ports: [port(80)] }, db: { image: 'postgres', volumes: [volume] } };
  const said = write(services, { project: 'shop-live', folderProject: 'shop' });
  expect(said.manifest.environments['production']?.project).toBe('shop-live');
  expect(said.manifest.environments['staging']?.project).toBeUndefined();
  expect(said.undecided).toEqual([]);
  const asked = write(services, { folderProject: 'shop' });
  expect(asked.manifest.environments['production']?.project).toBeUndefined();
  expect(asked.text).toContain('    # project: shop\n');
  expect(asked.undecided).toEqual([
    'If docker compose runs this in production today, write project: shop there (docker compose ls tells the name): what runs is taken over with its data. ' +
      'Without it, production begins with empty volumes.',
  ]);
  expect(['My Shop', '_x.Y-1', 'shop_v2'].map(composeProjectFrom)).toEqual(['myshop', 'xy-1', 'shop_v2']);
});

test('the name of a folder', () => {
  expect(['My Shop', 'shop_v2', '2024-site', '...'].map(appNameFrom)).toEqual(['my-shop', 'shop-v2', 'site', 'app']);
});

test("compose's own secrets are declared, each by the name that the rules look for; what is not TCP has no route", () => {
  const { manifest } = write(
    { web: { build: {}, ports: [port(80)] }, dns: { build: {}, ports: [{ ...port(53), protocol: 'udp' }] } },
    { secrets: { 'db-password': { file: 'db/password.txt' }, token: { environment: 'API_TOKEN' } } },
  );
  expect(manifest.environments['staging']).toMatchObject({
    routes: [{ service: 'web' }],
    secrets: { 'db-password': { env: 'SHOP_STAGING_DB_PASSWORD' }, API_TOKEN: { env: 'SHOP_STAGING_API_TOKEN' } },
  });
});
