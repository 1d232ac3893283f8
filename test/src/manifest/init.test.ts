import type { InitInput, InitService } from '../../../src/manifest/init/types';
import { appNameFrom, composeProjectFrom, fittingNames } from '../../../src/manifest/init/names';
import { choosePort, isAdminPage, isStore } from '../../../src/manifest/init/services/roles';
import { chooseValues, referencesIn } from '../../../src/manifest/init/variables';
import { writeManifest } from '../../../src/manifest/init/write';
import { parseManifest } from '../../../src/manifest/parse';
import { readEnvFile } from '../../../src/model/container/env-file';

const write = (services: Record<string, InitService>, more: Partial<InitInput> = {}) => {
  const { text, decided } = writeManifest({ app: 'shop', services, approver: 'ops@example.com', ...more });
  const { manifest, problems } = parseManifest('windlass.yaml', text);
  expect(problems).toEqual([]);
  return { manifest: manifest!, decided, text };
};
const port = (target: number) => ({ target, published: String(target) });
const volume = { type: 'volume', source: 'data' };
const routesOf = ({ manifest }: ReturnType<typeof write>) =>
  manifest.environments['production']!.routes.map(({ service, port: to }) => (to ? `${service}:${to}` : service));

test('a built service that publishes a port is routed, a database is an accessory', () => {
  const { manifest, decided } = write({
    web: { build: {}, ports: [port(80)], depends_on: { db: {} } },
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
  expect(decided).toEqual([
    'Routed: web, because it publishes a port and no other service calls it.',
    'Accessories: db. They keep data and outlive releases.',
  ]);
});

test('the front is who publishes a port and is depended on by nobody; never a page of a database', () => {
  const nginx = { image: 'nginx', ports: [port(80)], depends_on: { web: {} } };
  const web = { build: {}, ports: [port(3000)], depends_on: { db: {} } };
  const db = { image: 'postgres', volumes: [volume] };
  expect(routesOf(write({ nginx, web, db }))).toEqual(['nginx']);
  const adminer = { image: 'adminer', ports: [port(8080)], depends_on: { db: {} } };
  const both = write({ web, adminer, db });
  expect(routesOf(both)).toEqual(['web']);
  expect(both.manifest.services['adminer']).toMatchObject({ publish: false });
  expect(both.decided[0]).toBe(
    'Routed: web, because it publishes a port and no other service calls it. Not reached from outside (publish: false): adminer; admin pages never are.',
  );
  // One that depends on the application hides it from nobody.
  expect(routesOf(write({ web, studio: { image: 'x/studio', ports: [port(1)], depends_on: { web: {} } } }))).toEqual([
    'web',
  ]);
});

test('the application itself is no accessory: it has its volume for itself, and stops before the next one starts', () => {
  const { manifest, decided } = write({
    app: { image: 'gitea/gitea', ports: [port(3000)], volumes: [volume], depends_on: { db: {} } },
    db: { image: 'postgres', volumes: [{ ...volume, source: 'pg' }] },
  });
  expect(manifest.services).toMatchObject({
    app: { accessory: false, volumes: { data: 'exclusive' } },
    db: { accessory: true },
  });
  expect(manifest.environments['staging']).toMatchObject({
    strategy: { kind: 'recreate' },
    routes: [{ service: 'app' }],
  });
  expect(decided).toContain(
    'A release causes an outage of some seconds (strategy: recreate): app writes to data that two instances must not share.',
  );
  // Alone, even a broker is the application.
  const alone = write({ mqtt: { image: 'eclipse-mosquitto', ports: [port(1883)], volumes: [volume] } });
  expect(alone.manifest.services['mqtt']).toMatchObject({ accessory: false });
  expect(Object.keys(alone.manifest.environments)).toEqual(['production']);
});

describe('a job, which ends by itself', () => {
  const db = { image: 'mongo', ports: [port(27017)], volumes: [volume] };
  const web = { build: {}, ports: [port(80)], depends_on: { db: {} } };
  const oneOffs = ({ manifest }: ReturnType<typeof write>) =>
    Object.keys(manifest.services).filter((name) => manifest.services[name]!.completes);

  test.each<[string, InitService]>([
    ['restart', { build: {}, restart: 'no', depends_on: { db: {} } }],
    ['migrate', { build: {}, restart: 'on-failure', depends_on: { db: {} } }],
    ['db-migrations', { image: 'a/b' }],
    ['init-mongo', { image: 'mongo', depends_on: { db: {} } }],
    ['mongo-setup', { image: 'mongo', restart: 'no', depends_on: { db: {} } }],
    ['buckets', { image: 'minio/mc', depends_on: { db: {} } }],
    ['assets', { image: 'busybox', command: ['true'] }],
  ])('%s runs once per release', (name, service) => {
    const written = write({ web, db, [name]: service });
    expect(oneOffs(written)).toEqual([name]);
    expect(Object.keys(written.manifest.services).filter((one) => written.manifest.services[one]!.accessory)).toEqual([
      'db',
    ]);
    expect(written.decided).toContain(
      `Once per release, before the switch: ${name} (completes: {}), because it seems to end by itself.`,
    );
  });

  test.each<[string, InitService]>([
    ['migrate', { build: {}, restart: 'unless-stopped' }],
    ['setup', { build: {}, ports: [port(90)] }],
    ['worker', { build: {}, restart: 'on-failure' }],
    ['seeds-api', { build: {} }],
  ])('%s does not seem to be one', (name, service) => expect(oneOffs(write({ web, db, [name]: service }))).toEqual([]));

  test('waits for nothing that the release starts: else it is said', () => {
    const written = write({ web, db, certbot: { image: 'certbot/certbot', restart: 'no', depends_on: { web: {} } } });
    expect(oneOffs(written)).toEqual([]);
    expect(written.decided).toContain(
      'certbot seems to end by itself, and a release in which it ends fails: it waits for web, which only the release starts. ' +
        'Leave it out (profiles: [once] in the compose file) and run it by hand, or remove its depends_on and write completes: {}.',
    );
  });

  test('does not make what it prepares an accessory of a file without another service', () => {
    const written = write({ db, setup: { image: 'mongo', restart: 'no', depends_on: { db: {} } } });
    expect(written.manifest.services['db']).toMatchObject({ accessory: false });
  });
});

test('what takes in measurements, and what manages a queue, is not for the public', () => {
  const db = { image: 'postgres', volumes: [volume] };
  const app = { image: 'example/app', ports: [port(8080)], depends_on: { db: {} } };
  const ports = { logstash: 5044, 'otel-collector': 4317, 'schema-registry': 8081, 'control-center': 9021 };
  const images: Record<string, string> = { 'otel-collector': 'example/example-otel-collector' };
  const services = Object.entries(ports).map(([name, target]): [string, InitService] => [
    name,
    { ...(images[name] ? { image: images[name] } : { build: {} }), ports: [port(target)], depends_on: { app: {} } },
  ]);
  expect(routesOf(write({ app, db, ...Object.fromEntries(services) }))).toEqual(['app']);
});

test('which other ports there were is said', () => {
  const { decided } = write({ app: { image: 'example/app', ports: [port(80), port(8080), port(8443), port(53)] } });
  expect(decided[0]).toBe(
    'Routed: app (port 80, not 8080 or 8443), because it publishes a port and no other service calls it.',
  );
});

test('what is there once is not for two environments', () => {
  const web = { build: {}, ports: [port(80)] };
  const environments = (service: Partial<InitService>, more: Partial<InitInput> = {}) =>
    Object.keys(write({ web: { ...web, ...service } }, more).manifest.environments);
  expect(environments({ volumes: [volume] })).toEqual(['staging', 'production']);
  expect(environments({ volumes: [volume] }, { commonVolumes: ['data'] })).toEqual(['production']);
  expect(environments({ volumes: [{ ...volume, read_only: true }] }, { commonVolumes: ['data'] })).toHaveLength(2);
  expect(environments({ volumes: [{ type: 'bind', source: '/srv/x' }] })).toEqual(['production']);
  expect(environments({ volumes: [{ type: 'bind', source: '/var/run/docker.sock' }] })).toHaveLength(2);
  expect(environments({ ports: [port(80), { ...port(53), protocol: 'udp' }] })).toEqual(['production']);
  expect(environments({ ports: [], network_mode: 'host' })).toEqual(['production']);
});

test('what cannot be seen is said', () => {
  expect(write({ api: { build: {} } }).decided).toEqual([
    'No service has a route, because none publishes an HTTP port. Add the service people use under routes.',
  ]);
  const two = write({ a: { build: {}, ports: [port(81), port(80)] }, b: { build: {}, ports: [port(82)] } });
  expect(two.decided).toEqual([
    'Routed: a (port 80, not 81), b, because they publish ports and no other service calls them.',
  ]);
  expect(two.manifest.environments['staging']?.routes).toMatchObject([
    { service: 'a', host: 'a.staging.shop.localhost', port: 80 },
    { service: 'b', host: 'b.staging.shop.localhost' },
  ]);
});

test('a secret that is written out is replaced in the last environment; the same value is the same variable', () => {
  const { manifest } = write({
    web: { build: {}, ports: [port(80)], environment: { DB_PASSWORD: 'hunter2', MODE: 'x' } },
    db: { image: 'postgres', environment: { POSTGRES_PASSWORD: 'hunter2', OTHER_TOKEN: 'abc' } },
  });
  expect(manifest.environments['staging']?.secrets).toEqual({});
  expect(manifest.environments['production']?.secrets).toEqual({
    POSTGRES_PASSWORD: { env: 'SHOP_PRODUCTION_POSTGRES_PASSWORD' },
    DB_PASSWORD: { env: 'SHOP_PRODUCTION_POSTGRES_PASSWORD' },
    OTHER_TOKEN: { env: 'SHOP_PRODUCTION_OTHER_TOKEN' },
  });
});

test('variables have the values of the env file, secrets are references, and what nobody knows is said', () => {
  const references = referencesIn(
    'a: ${PORT}\n# ${NOT}\nb: $$NONE ${TAG:-1} ${API_TOKEN:?} $MODE ${HOME}/x ${DB_PASS:-example} ${TITLE}\n',
  );
  const env = readEnvFile('PORT=8080\nMODE="a b" # why\nexport API_TOKEN=x\nQ=\'a#b\'\n\nURL=http://x/#y\n');
  expect(env).toEqual({ PORT: '8080', MODE: 'a b', API_TOKEN: 'x', Q: 'a#b', URL: 'http://x/#y' });
  const values = chooseValues({
    references,
    env,
    isCommitted: false,
    envFiles: { '.env': env, 'b.env': { KEY: '1' } },
  });
  expect(values).toEqual({
    variables: { PORT: '8080', MODE: 'a b', Q: 'a#b', URL: 'http://x/#y', TITLE: '' },
    secrets: [],
    replaced: ['DB_PASS'],
    envFiles: { '.env': ['PORT', 'MODE', 'API_TOKEN', 'Q', 'URL'], 'b.env': ['KEY'] },
  });
  const { manifest, decided } = write({ web: { build: {}, ports: [port(80)] } }, { values });
  expect(manifest.environments['production']).toMatchObject({
    variables: { PORT: '8080', TITLE: '' },
    secrets: {
      API_TOKEN: { entry: ['/etc/shop/production.env', 'API_TOKEN'] },
      'b.env:KEY': { entry: ['/etc/shop/production-b.env', 'KEY'] },
      DB_PASS: { env: 'SHOP_PRODUCTION_DB_PASS' },
    },
  });
  expect(decided).toContain('Set under variables: TITLE; no env file here has a value.');
  expect(chooseValues({ references, env, isCommitted: true, envFiles: {} })).toMatchObject({
    variables: { TITLE: '' },
    replaced: ['API_TOKEN', 'DB_PASS'],
  });
});

test('a variable whose value a password has is a secret, whatever its own name', () => {
  const texts = [
    'environment: ["MYSQL_ROOT_PASSWORD=${DBROOT}", TZ=$TZ]',
    'environment:\n  API_TOKEN: "${VENDOR:-none}"\n  TITLE: $TITLE\n',
    'environment: { "DB_PASS" : $OTHER, URL: "postgres://app:${OF_APP}@db/app", SITE: "http://x:${PORT}/" }',
  ];
  const references = texts.flatMap(referencesIn);
  const env = { DBROOT: 'abc', VENDOR: 'def', OTHER: 'ghi', OF_APP: 'jkl', TITLE: 'hello', TZ: 'UTC', PORT: '80' };
  const values = chooseValues({ references, env, isCommitted: false, envFiles: {} });
  expect(values.variables).toEqual({ TITLE: 'hello', TZ: 'UTC', PORT: '80' });
  expect(values.envFiles).toEqual({ '.env': ['DBROOT', 'VENDOR', 'OTHER', 'OF_APP'] });
  const inFile = chooseValues({ references, env, isCommitted: false, envFiles: { '.env': env } });
  expect(inFile.variables).toEqual({ TITLE: 'hello', TZ: 'UTC', PORT: '80' });
});

test('of an env file that git does not have, what may be a secret by a short name stays out of the manifest', () => {
  const env = { APP_PW: 'hunter2', HASH_SALT: 'abc', SENTRY_DSN: 'https://x@example.com/1', MODE: 'live', SPIN: '1' };
  const values = chooseValues({ references: [], env, isCommitted: false, envFiles: { '.env': env } });
  expect(values.variables).toEqual({ MODE: 'live', SPIN: '1' });
  expect(values.envFiles).toEqual({ '.env': Object.keys(env) });
});

test.each<[name: string, value: string, isHidden: boolean]>([
  ['SMTP_PASS', 'abc12', true],
  ['MYSQL_PWD', 'abc12', true],
  ['BASIC_AUTH', 'me:you', true],
  ['REQUEST_SIGNING', 'abc12', true],
  ['VENDOR_PRIVATE', 'abc12', true],
  ['CACHE', 'redis://:abc12@cache:6379/0', true],
  ['STORE', 'shop:abc12@tcp(db:3306)/shop', true],
  ['ODBC', 'Server=db;User Id=sa;Password=abc12;', true],
  ['LIBPQ', 'host=db user=shop password=abc12', true],
  ['TELEMETRY', '8f3kQ9xZp1LmV7rT2yWn5bHc4jDs6gKa', true],
  ['ANALYTICS', '5b2f1c9e-7a3d-4c1b-9e2f-0d6a8b7c5e41', true],
  ['USE_AUTH', 'true', false],
  ['SITE', 'https://example.com/?page=2#top', false],
  ['MAIL_TO', 'mailto:ops@example.com', false],
  ['APP_IMAGE', 'example/app:1.2@sha256:0a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f9', false],
  ['CACHE_BASE', 'redis:7.4@sha256:0a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f9', false],
  ['APP_TAG', '0a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d', false],
  ['CLIENT_ID', '5b2f1c9e-7a3d-4c1b-9e2f-0d6a8b7c5e41', false],
  ['UPSTREAM', 'service-2.eu-central-1.internal.example.com', false],
  ['DATA', '/var/lib/shop/2024/uploads', false],
])('%s=%s of an env file that git does not have may be a secret: %p', (name, value, isHidden) => {
  const env = { [name]: value };
  const { variables, envFiles } = chooseValues({
    references: referencesIn(`\${${name}}`),
    env,
    isCommitted: false,
    envFiles: {},
  });
  expect({ variables, envFiles }).toEqual(
    isHidden ? { variables: {}, envFiles: { '.env': [name] } } : { variables: env, envFiles: {} },
  );
});

test('a connection string with its password is a literal secret, one with a reference is none', () => {
  const secretsOf = (value: string) =>
    write({ web: { build: {}, ports: [port(80)], environment: { ODBC: value } } }).manifest.environments['production']
      ?.secrets;
  expect(secretsOf('Server=db;Password=abc12;')).toEqual({ ODBC: { env: 'SHOP_PRODUCTION_ODBC' } });
  expect(secretsOf('Server=db;Password={{secret:DB}};')).toEqual({});
  expect(secretsOf('Server=db;Password=;Pooling=true')).toEqual({});
});

test('what compose requires and nobody has a value for is guessed only where every guess is right', () => {
  const references = referencesIn('${DB_USER:?} ${TZ?} ${SITE_URL:?} ${OPTIONAL:-}');
  expect(references.filter(({ isRequired }) => isRequired).map(({ name }) => name)).toEqual([
    'DB_USER',
    'TZ',
    'SITE_URL',
  ]);
  expect(chooseValues({ references, env: {}, isCommitted: false, envFiles: {} }).variables).toEqual({
    DB_USER: 'app',
    TZ: 'UTC',
    SITE_URL: '',
  });
});

test('names that YAML would read as something else', () => {
  const { manifest } = write({
    on: { build: {}, ports: [port(80)], depends_on: { '1x': {} } },
    '1x': { image: 'redis', volumes: [volume], ports: [port(90)] },
  });
  expect(manifest.environments['staging']?.routes[0]?.service).toBe('on');
  expect(manifest.services['1x']).toMatchObject({ accessory: true, publish: false });
});

test('what docker compose runs in production today is taken over where that is said, and asked about where not', () => {
  const services = { web: { build: {}, ports: [port(80)] }, db: { image: 'postgres', volumes: [volume] } };
  const said = write(services, { project: 'shop-live', folderProject: 'shop' });
  expect(said.manifest.environments['production']?.project).toBe('shop-live');
  expect(said.manifest.environments['staging']?.project).toBeUndefined();
  expect(said.decided.join()).not.toContain('project:');
  const asked = write(services, { folderProject: 'shop' });
  expect(asked.manifest.environments['production']?.project).toBeUndefined();
  expect(asked.text).toContain('    # project: shop\n');
  expect(asked.decided.at(-1)).toBe(
    'If docker compose runs this in production today, write project: shop there (docker compose ls shows the name): windlass then takes it over with its data. Otherwise it starts with empty volumes.',
  );
  expect(['My Shop', '_x.Y-1', 'shop_v2'].map(composeProjectFrom)).toEqual(['myshop', 'xy-1', 'shop_v2']);
});

test('folders of data are volumes of their own', () => {
  const { manifest } = write(
    {
      web: {
        build: {},
        ports: [port(80)],
        volumes: [
          { type: 'bind', source: './data/db' },
          { type: 'bind', source: '~/data-db' },
        ],
      },
    },
    { folders: ['./data/db', '~/data-db'] },
  );
  expect(manifest.folders).toEqual({ './data/db': 'data-db', '~/data-db': 'data-db-2' });
  expect(manifest.services['web']?.volumes).toEqual({ 'data-db': 'exclusive', 'data-db-2': 'exclusive' });
});

test('the names of a folder, and names that fit', () => {
  expect(['My Shop', 'shop_v2', '2024-site', '...'].map(appNameFrom)).toEqual(['my-shop', 'shop-v2', 'site', 'app']);
  expect(fittingNames('shop', ['web'], 'windlass')).toEqual({ app: 'shop', environments: ['staging', 'production'] });
  expect(fittingNames('an-application-of-many-words', ['collaborative-editing'], 'windlass').app).toBe('an-applicati');
  expect(fittingNames('shop', ['web'], 'windlass-of-a-platform-team-x')).toEqual({
    app: 'shop',
    environments: ['test', 'prod'],
  });
});

test.each([
  ['postgis/postgis:16', true],
  ['redis/redis-stack-server', true],
  ['mcr.microsoft.com/mssql/server:2022', true],
  ['rediscommander/redis-commander', false],
  ['prom/mysqld-exporter', false],
  ['mongo-express', false],
  ['ghost:5', false],
])('is %s a store? %s', (image, is) => expect(isStore({ name: 'x', image })).toBe(is));

test.each(['mongo-express', 'dpage/pgadmin4', 'phpmyadmin/phpmyadmin', 'axllent/mailpit', 'redis/redisinsight'])(
  '%s is a page of a database',
  (image) => expect(isAdminPage({ name: 'x', image })).toBe(true),
);

test.each([
  [[53, 80], 80],
  [[443, 8443, 9000], 9000],
  [[25], undefined],
  [[9229, 3000], 3000],
  [[7777], 7777],
  [[21, ...Array.from({ length: 10 }, (_, n) => 30000 + n)], undefined],
  [[...Array.from({ length: 10 }, (_, n) => 30000 + n), 9001], 9001],
])('of %j the port of a route is %s', (targets, wanted) =>
  expect(choosePort(targets.map((target) => ({ target })))).toBe(wanted),
);

test("compose's own secrets are declared, each by the name that the rules look for", () => {
  const { manifest } = write(
    { web: { build: {}, ports: [port(80)] } },
    {
      secrets: {
        'db-password': { file: 'db/password.txt' },
        token: { environment: 'API_TOKEN' },
      } as InitInput['secrets'],
    },
  );
  expect(manifest.environments['staging']).toMatchObject({
    secrets: { 'db-password': { env: 'SHOP_STAGING_DB_PASSWORD' }, API_TOKEN: { env: 'SHOP_STAGING_API_TOKEN' } },
  });
});
