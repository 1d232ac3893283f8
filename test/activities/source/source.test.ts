import { execFileSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { ApplicationFailure } from '@temporalio/common';
import { createSourceActivities } from '../../../activities/source';
import { openDrivers } from '../../../activities/targets';
import { proposeManifest } from '../../../activities/source/propose';
import { readManifest, readWorkingFolder } from '../../../activities/source/read-manifest';
import { readSettings } from '../../../activities/settings';
import { parseManifest } from '../../../src/manifest/parse';
import { describeProblem } from '../../../src/model/text/problem';
import type { ReleaseRequest } from '../../../src/model/release';
import { describeWith, parts } from '../../setup/parts';
import { addFiles, commitAll, folderWith, MANIFEST, settings } from './fixture';

const COMPOSE = `services:
  web: { build: ./web, ports: ["8080:80"] }
  api: { build: ./api, environment: ["TOKEN=\${TOKEN}"] }
  cache: { image: redis:7 }
`;
const FILES = {
  'windlass.yaml': MANIFEST,
  'docker-compose.yml': COMPOSE,
  'web/Dockerfile': 'FROM scratch\n',
  'api/Dockerfile': 'FROM scratch\n',
};
const DIGEST = `sha256:${'0'.repeat(64)}`;

describeWith(['compose'], 'the source of a release', () => {
  const cache = folderWith({});
  beforeAll(() => void (process.env['SHOP_TOKEN'] = 'a token'));
  afterAll(() => void delete process.env['SHOP_TOKEN']);
  const activities = (more: object = {}) => {
    const own = { ...readSettings({}), ...settings(), cache, ...more };
    return createSourceActivities({ settings: own, drivers: openDrivers(own) }).activities;
  };
  const request = (url: string, commit: string, more: Partial<ReleaseRequest> = {}): ReleaseRequest => ({
    app: 'shop',
    release: commit.slice(0, 10),
    source: { url, commit },
    startedBy: 'dev@example.com',
    ...more,
  });
  const refusal = (promise: Promise<unknown>) =>
    promise.then(
      () => undefined,
      ({ nonRetryable, details, message }: ApplicationFailure) => ({
        nonRetryable,
        message,
        kind: (details?.[0] as { kind?: string } | undefined)?.kind,
      }),
    );

  const dir = folderWith(FILES);
  const commit = commitAll(dir, 'Sell bread');

  test('is read from the commit, whatever is changed beside it', async () => {
    addFiles(dir, { 'windlass.yaml': 'nonsense' });
    const draft = await activities().readSource(request(dir, commit));
    addFiles(dir, FILES);
    expect(draft).toMatchObject({
      app: 'shop',
      source: { url: dir, commit },
      commit: { sha: commit, author: 'Dev <dev@example.com>', subject: 'Sell bread' },
      registry: { address: 'registry.example.com' },
      builds: [
        { service: 'api', context: 'api' },
        { service: 'web', context: 'web' },
      ],
      images: { cache: 'redis:7' },
      environments: [{ name: 'staging', routes: [{ service: 'web', host: 'shop.example.com', path: '/', port: 80 }] }],
      warnings: [
        expect.stringContaining('services.cache.image: could not be inspected'),
        expect.stringContaining('Images are built on the engine that also serves staging.'),
      ],
    });
    expect(draft.environments[0]!.services.map(({ image }) => image)).toEqual(['', '', '']);
  });

  test('images that are given take the place of builds', async () => {
    const images = { web: `r/web@${DIGEST}`, api: `r/api@${DIGEST}`, cache: `r/cache@${DIGEST}` };
    expect(await activities().readSource(request(dir, commit, { images }))).toMatchObject({
      builds: [],
      images: {},
      warnings: [],
    });
  });

  test('images that are given must be of services, of all that are built, by digest', async () => {
    const images = { web: 'r/web:1', ap: `r/api@${DIGEST}` };
    expect(await refusal(activities().readSource(request(dir, commit, { images })))).toEqual({
      nonRetryable: true,
      kind: 'bad-manifest',
      message: [
        '--image ap: is not a service in the compose files. Did you mean "api"?',
        '--image api: has a build and no given image. Give an image for every service with a build: --image api=REPOSITORY@sha256:….',
        '--image web: is r/web:1, which may be another image tomorrow. Expected REPOSITORY@sha256: and 64 digits, as a push prints it.',
      ].join('\n'),
    });
  });

  test('a secret that the worker cannot read is named before anything is built', async () => {
    delete process.env['SHOP_TOKEN'];
    const failure = await refusal(activities().readSource(request(dir, commit)));
    const report = await activities().checkSource(request(dir, commit));
    process.env['SHOP_TOKEN'] = 'a token';
    expect(failure).toMatchObject({
      kind: 'no-secret',
      message: expect.stringMatching(
        /a secret of staging cannot be read, so nothing was built\nstaging: TOKEN \(env SHOP_TOKEN\): /,
      ),
    });
    expect(report.problems).toEqual([
      expect.objectContaining({
        path: 'environments.staging.secrets',
        message: expect.stringContaining('TOKEN (env SHOP_TOKEN) cannot be read by the worker'),
      }),
    ]);
  });

  test('an env file that the worker does not have is told once, with all its names', async () => {
    const entries = '.env: { file: /none/staging.env, entries: [DB_PASSWORD, API_KEY] }';
    const bare = folderWith({
      'windlass.yaml': `app: shop\nregistry: r\nenvironments:\n  staging: { hosts: [local], envFiles: { ${entries} } }\n`,
      'docker-compose.yml': 'services: { web: { image: "example/web", env_file: .env } }\n',
    });
    const sha = commitAll(bare);
    const why = 'the worker cannot read the file /none/staging.env';
    const failure = await refusal(activities().readSource(request(bare, sha)));
    expect(failure?.message.split('\n')).toEqual([
      '2 secrets of staging cannot be read, so nothing was built',
      expect.stringContaining(`staging: API_KEY, DB_PASSWORD: ${why}`),
    ]);
    const { problems } = await activities().checkSource(request(bare, sha));
    expect(problems.filter(({ message }) => message.includes(why))).toEqual([
      expect.objectContaining({ path: 'environments.staging.envFiles' }),
    ]);
  });

  test('folders that are built are in the commit', async () => {
    const { 'api/Dockerfile': _, ...others } = FILES;
    const bad = folderWith(others);
    const failure = await refusal(activities().readSource(request(bad, commitAll(bad))));
    expect(failure?.message).toMatch(
      /docker-compose.yml:3:\d+ services.api.build: builds api, which is no folder of the commit/,
    );
  });

  test('everything that is wrong is told at once', async () => {
    const bad = folderWith({
      'windlass.yaml': `app: shop\nservices: { jobs: { background: true } }\nenvironments:\n  staging:\n    hosts: [local]\n    variables: { API_KEY: abc }\n    routes: [{ service: wbe, host: a.example.com }]\n`,
      'docker-compose.yml': 'services:\n  web: { image: "nginx:${TAG}", external_links: [a] }\n',
    });
    const sha = commitAll(bad);
    const { message } = (await refusal(activities({ registry: undefined }).readSource(request(bad, sha)))) ?? {};
    expect(message?.split('\n')).toEqual([
      "windlass.yaml:1:1 registry: is missing, and the worker has none either. Write registry: HOST, or set the worker's WINDLASS_REGISTRY.",
      'windlass.yaml:2:13 services.jobs: is not a service in the compose files. Known: web.',
      'windlass.yaml:6:27 environments.staging.variables.API_KEY: looks like a literal secret. Declare it under secrets as API_KEY: { env: API_KEY }, which only the worker reads. If it is not a secret, list it under notSecret.',
      'windlass.yaml:7:25 environments.staging.routes[0].service: is not a service in the compose files (wbe). Did you mean "web"?',
      'docker-compose.yml:2:24: ${TAG} is not set. Declare TAG under variables or secrets of the environment in windlass.yaml, or give it a default here: ${TAG:-…}.',
      'docker-compose.yml:2:33 services.web.external_links: cannot be released: releases cannot reach containers outside windlass. Declare their network as external and join it.',
    ]);
  });

  test('what is said of one environment names it', async () => {
    const production = MANIFEST.replace(
      'environments:',
      'environments:\n  production: { hosts: [local], variables: { TAG: 1, TOKEN: "" } }',
    );
    const two = folderWith({
      'windlass.yaml': production,
      'docker-compose.yml': 'services: { web: { image: "nginx:${TAG}", command: "${TOKEN}" } }\n',
    });
    const { problems } = await activities().checkSource(request(two, commitAll(two)));
    expect(problems.map(describeProblem)).toEqual([
      'docker-compose.yml:1:34: in staging: ${TAG} is not set. Declare TAG under variables or secrets of the environment in windlass.yaml, or give it a default here: ${TAG:-…}.',
    ]);
  });

  test.each([
    [
      'no manifest',
      { 'docker-compose.yml': COMPOSE },
      'windlass.yaml: does not exist. Write one next to the compose file: windlass init.',
    ],
    [
      'no compose file',
      { 'windlass.yaml': MANIFEST },
      'windlass.yaml:1:1 compose: is missing, and there is no compose.yaml, compose.yml, docker-compose.yaml, docker-compose.yml. Name the compose files, or put one next to windlass.yaml.',
    ],
    [
      'a compose file that is not there',
      { ...FILES, 'windlass.yaml': `compose: [docker-compose.yml, prod.yml]\n${MANIFEST}` },
      'windlass.yaml:1:31 compose[1]: is prod.yml, which is not in the commit. Commit it, or name another.',
    ],
    [
      'another application',
      { ...FILES, 'windlass.yaml': MANIFEST.replace('shop', 'bakery') },
      'windlass.yaml app: is bakery in this commit, but the release was started for shop. Start it for bakery, or correct the manifest.',
    ],
    [
      'a program for a secret that the worker may not run',
      { ...FILES, 'windlass.yaml': MANIFEST.replace('{ env: SHOP_TOKEN }', '{ exec: [op, read, token] }') },
      'windlass.yaml environments.staging.secrets.TOKEN: the worker may not run op, because anyone who commits windlass.yaml could pass it any arguments. To allow it, start the worker with WINDLASS_SECRET_COMMANDS=op.',
    ],
  ])('refused: %s', async (_, files, message) => {
    const other = folderWith(files as Record<string, string>);
    expect(await refusal(activities().readSource(request(other, commitAll(other))))).toEqual({
      nonRetryable: true,
      kind: 'bad-manifest',
      message,
    });
  });

  test('a worker without compose says so', async () => {
    const composeCommand = ['/nowhere/docker-compose'];
    expect(await refusal(activities({ composeCommand }).readSource(request(dir, commit)))).toEqual({
      nonRetryable: true,
      kind: 'no-compose',
      message:
        'cannot find /nowhere/docker-compose. Install Docker Compose, or set the command to run: WINDLASS_COMPOSE',
    });
  });

  test('a path with spaces to compose stands in quotes', async () => {
    const [program = '', ...rest] = parts().compose.command;
    const link = join(folderWith({}), 'docker compose');
    symlinkSync(program.includes('/') ? program : execFileSync('which', [program], { encoding: 'utf8' }).trim(), link);
    const { composeCommand } = readSettings({ WINDLASS_COMPOSE: [`"${link}"`, ...rest].join(' ') });
    expect(composeCommand).toEqual([link, ...rest]);
    expect((await activities({ composeCommand }).readSource(request(dir, commit))).app).toBe('shop');
  });

  test('in a folder that one works in, what git ignores is no part of a release', async () => {
    const compose = 'services: { web: { image: "nginx:${TAG}", env_file: [prod.env] } }\n';
    const work = folderWith({
      'docker-compose.yml': compose,
      '.gitignore': '*.env\n',
      '.env': 'TAG=1\n',
      'prod.env': 'A=1\n',
    });
    commitAll(work);
    addFiles(work, { 'windlass.yaml': MANIFEST });
    const { problems, warnings } = await readWorkingFolder(work, settings());
    expect(problems.map(describeProblem)).toEqual([
      'docker-compose.yml:1:34: ${TAG} is not set. Declare TAG under variables or secrets of the environment in windlass.yaml, or give it a default here: ${TAG:-…}.',
      expect.stringMatching(
        /^docker-compose.yml:1:54 services.web.env_file\[0\]: is prod.env, which is not in the commit./,
      ),
    ]);
    expect(warnings).toEqual([
      'windlass.yaml: is not in git. Commit it before a release.',
      '.env: is not in git, so a release does not read it. Declare its entries under variables or secrets.',
    ]);
  });

  test('the example is fit to be released', async () => {
    const { problems, warnings, draft } = await readManifest(join(__dirname, '../../../examples/shop'), settings());
    expect({ problems: problems.map(describeProblem), warnings }).toEqual({ problems: [], warnings: [] });
    expect(draft?.environments.map(({ services }) => services.map(({ name, kind }) => `${name} ${kind}`))).toEqual([
      ['api released', 'jobs background', 'store accessory', 'web released'],
      ['api released', 'jobs background', 'store accessory', 'web released'],
    ]);
  });

  test('a first manifest is written from the compose file, and can be read again', async () => {
    const compose = `services:
  front: { image: nginx, ports: ["80:80"], depends_on: [web] }
  web: { build: ., ports: ["3000:3000"], environment: { DB_PASSWORD: "\${DB_PASSWORD}", MODE: "\${MODE}" } }
  db: { image: "postgres:16", ports: ["5432:5432"], volumes: ["data:/var"], environment: { POSTGRES_PASSWORD: example } }
volumes: { data: }
`;
    const project = folderWith({ 'compose.yaml': compose });
    const proposed = await proposeManifest(project, settings(), {
      app: 'my-shop',
      approver: 'ops@example.com',
    });
    if (!('text' in proposed)) throw new Error(JSON.stringify(proposed));
    expect(parseManifest('windlass.yaml', proposed.text).problems).toEqual([]);
    expect(proposed.text).toContain('- { service: front, host: staging.my-shop.localhost }');
    expect(proposed.text).toContain('DB_PASSWORD: { env: MY_SHOP_PRODUCTION_DB_PASSWORD }');
    expect(proposed.problems).toEqual([]);
    expect(proposed.decided).toHaveLength(5);
    addFiles(project, { 'windlass.yaml': proposed.text });
    expect((await readWorkingFolder(project, settings())).problems.map(describeProblem)).toEqual([]);
  });
});
