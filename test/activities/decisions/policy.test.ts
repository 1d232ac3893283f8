import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readPolicy } from '../../../activities/policy';
import { findGates, findOperators } from '../../../activities/policy/gates';
import { createPlanningActivities } from '../../../activities/planning';
import { readSource } from '../../../activities/secrets/secret-sources';
import { loginFor } from '../../../activities/secrets';
import { readSettings } from '../../../activities/settings';
import { createSourceActivities } from '../../../activities/source';
import { openDrivers } from '../../../activities/targets';
import type { EnvironmentRecord } from '../../../src/manifest/record/record';
import type { ApprovalPolicy } from '../../../src/model/approval/decision';
import { describeProblem } from '../../../src/model/text/problem';
import { describeWith, parts } from '../../setup/parts';
import { failureOf } from '../fixtures';
import { serve } from '../records/registry-fixtures';
import { commitAll, folderWith, git, MANIFEST, settings } from '../source/fixture';

const COMPOSE = 'services: { web: { image: a, environment: { TOKEN: "${TOKEN}" } } }\n';
const ALL = `
  - apps: [shop]
    sources: ['**']
    targets: [local]
    routes: [shop.example.com]
    secrets: { env: [SHOP_*] }
    registries: [docker.io/library/a]
`;

let file: string;
const set = (text: string) => writeFileSync(file, text);
beforeEach(() => {
  file = join(folderWith({}), 'policy.yaml');
  process.env['WINDLASS_POLICY'] = file;
  set(`rules:${ALL}`);
});
afterEach(() => delete process.env['WINDLASS_POLICY']);

describeWith(['compose'], 'a commit and the policy of the worker', () => {
  const own = {
    ...readSettings(process.env),
    ...settings(),
    composeCommand: parts().compose?.command ?? [],
    cache: folderWith({}),
  };
  process.env['WINDLASS_REGISTRY'] ??= own.registry;
  process.env['SHOP_TOKEN'] = 'a secret';
  const { activities, checkout } = createSourceActivities({ settings: own, drivers: openDrivers(own) });
  const request = (url: string, commit: string) => ({
    app: 'shop',
    release: commit.slice(0, 10),
    startedBy: 'ann',
    source: { url, commit },
  });
  const commitWith = (files: Record<string, string>) => {
    const dir = folderWith({ 'windlass.yaml': MANIFEST, 'docker-compose.yml': COMPOSE, ...files });
    return request(dir, commitAll(dir));
  };
  const check = async (files: Record<string, string>) =>
    (await activities.readSource(commitWith(files)).then(
      () => '',
      (error: Error) => error.message,
    )) as string;

  test('what the policy allows is read, and the file is read again at each use', async () => {
    expect(await check({})).toBe('');
    set(`rules:${ALL.replace('shop.example.com', 'other.example.com')}`);
    expect(await check({})).toBe(
      `${file}:5:5 rules[0].routes: allows shop in staging other.example.com alone, and asks for the route shop.example.com/. Use what is allowed, or ask the policy's owner.`,
    );
  });

  test('without one all is as it was', async () => {
    delete process.env['WINDLASS_POLICY'];
    const manifest = MANIFEST.replace('env: SHOP_TOKEN', 'file: /etc/hostname');
    expect(await check({ 'windlass.yaml': manifest })).toBe('');
  });

  test.each<[string, string | undefined, string]>([
    ['wrong', 'rules: [{ app: shop }]', ':1:11 rules[0].app: is not known here. Did you mean "apps"?'],
    ['no YAML', 'rules: }', ':1:8: is not YAML'],
    ['not there', undefined, ': cannot be read by the worker (ENOENT)'],
  ])('a policy that is %s refuses everything, with its place', async (_, text, said) => {
    if (text === undefined) process.env['WINDLASS_POLICY'] = file = `${file}.gone`;
    else set(text);
    const failure = await failureOf(activities.readSource(commitWith({})));
    expect(failure).toMatchObject({ type: 'Permanent', kind: 'bad-policy' });
    expect(failure.message).toContain(`${file}${said}`);
    expect(
      await readSource({ env: 'PATH' }, process.env, false, undefined).catch((error: Error) => error.message),
    ).toContain(said);
  });

  test('H1: a secret of another application is not read, whatever the manifest says', async () => {
    for (const [source, key] of [
      ['{ env: BANK_TOKEN }', 'env'],
      ['{ file: /proc/self/environ }', 'file'],
      ['{ exec: [printenv, BANK_TOKEN] }', 'exec'],
    ])
      expect(await check({ 'windlass.yaml': MANIFEST.replace('{ env: SHOP_TOKEN }', source!) })).toContain(
        `rules[0].secrets.${key}: allows shop in staging`,
      );
    const read = (source: Parameters<typeof readSource>[0]) => readSource(source, process.env, false, undefined);
    expect(await read({ env: 'PATH' })).toEqual({
      lacks: expect.stringContaining('allow nobody to read a secret from env PATH'),
    });
    expect(await read({ exec: ['printenv', 'PATH'] })).toEqual({ lacks: expect.stringContaining('allow nobody') });
  });

  test('H1: a login goes to the registry that the policy names it for, and to no other', async () => {
    process.env['SHOP_REGISTRY'] = 'a login';
    set(
      `rules:${ALL.replace(/ *registries.*\n/, '')}    registries: [docker.io/library/a, { address: registry.example.com/shop, login: { env: [SHOP_REGISTRY] } }]\n`,
    );
    const access = (address: string) => ({
      address,
      username: { env: 'SHOP_REGISTRY' },
      password: { env: 'SHOP_REGISTRY' },
    });
    expect(await loginFor(access('registry.example.com/shop'))).toMatchObject({ password: 'a login' });
    expect(await failureOf(loginFor(access('evil.example')))).toMatchObject({ kind: 'not-allowed' });
    const manifest = `registry: { address: evil.example, username: { env: SHOP_REGISTRY }, password: { env: SHOP_REGISTRY } }\n${MANIFEST}`;
    expect(await check({ 'windlass.yaml': manifest })).toContain(
      'rules[0].registries: allows shop in any environment docker.io/library/a, registry.example.com/shop alone, and it keeps its images at evil.example',
    );
  });

  test('an image of another registry is refused before it is looked at, and so is one that is given', async () => {
    const asked: string[] = [];
    const { address: host } = await serve((req, res) => {
      asked.push(req.url!);
      res.writeHead(404).end();
    });
    const compose = `services: { web: { image: "${host}/evil/web", environment: { TOKEN: "\${TOKEN}" } } }\n`;
    expect(await check({ 'docker-compose.yml': compose })).toContain(
      `rules[0].registries: allows shop in staging docker.io/library/a alone, and service web has the image ${host}/evil/web.`,
    );
    const given = { ...commitWith({}), images: { web: `${host}/evil/web@sha256:${'0'.repeat(64)}` } };
    expect((await failureOf(activities.readSource(given))).message).toContain(`the image ${host}/evil/web.`);
    expect((await activities.checkSource(given)).problems.map(describeProblem).join()).toContain(
      `the image ${host}/evil/web.`,
    );
    expect(asked).toEqual([]);
  });

  test('M3: options that reach the host are refused with the line of the policy', async () => {
    const service = (more: string) => `services: { web: { image: a, ${more} } }\n`;
    for (const [compose, key] of [
      [service('privileged: true'), 'privileged'],
      [service('pid: host'), 'pid'],
      [service('cap_add: [SYS_ADMIN]'), 'cap_add'],
      [service('volumes: ["/:/hostdir"]'), 'binds'],
      [`${service('networks: [n]')}networks: { n: { external: true, name: bank } }\n`, 'networks'],
    ]) {
      const manifest = `${MANIFEST}services: { web: { accessory: false, volumes: { /: shared } } }\n`;
      expect(
        await check({ 'windlass.yaml': key === 'binds' ? manifest : MANIFEST, 'docker-compose.yml': compose! }),
      ).toContain(`rules[0].docker.${key}: allows shop in staging nothing of it`);
    }
  });

  test('M3: names of the installation are refused in every spelling, with and without a policy', async () => {
    delete process.env['WINDLASS_POLICY'];
    const service = (more: string) => `services: { web: { image: a, ${more} } }\n`;
    for (const [compose, place] of [
      [
        `${service('volumes: ["routes:/r:ro"]')}volumes: { routes: { external: true, name: windlass-routes } }\n`,
        ':2:12 volumes.routes',
      ],
      [
        `${service('volumes: ["routes:/r:ro"]')}volumes: { routes: { name: windlass-routes } }\n`,
        ':2:12 volumes.routes',
      ],
      [
        `${service('networks: [n]')}networks: { n: { external: true, name: windlass-bank-production } }\n`,
        ':2:13 networks.n',
      ],
      [service('container_name: windlass-bank-production-0123456789-web'), 'services.web'],
      [service('networks: { default: { aliases: [windlass-proxy] } }'), 'services.web.networks.default.aliases'],
      [service('volumes_from: ["container:windlass-proxy"]'), 'services.web.volumes_from'],
      [service('network_mode: "container:windlass-proxy"'), 'services.web.network_mode'],
      [service('pid: "container:windlass-proxy"'), 'services.web.pid'],
      [service('external_links: [windlass-proxy]'), 'services.web.external_links'],
    ]) {
      const said = await check({ 'docker-compose.yml': compose! });
      expect(said).toContain(place!);
      expect(said.split('\n').filter((line) => line.startsWith('docker-compose.yml'))).not.toEqual([]);
    }
  });

  test('M10: a commit, a build and a submodule come from where the policy says', async () => {
    const elsewhere = folderWith({ secret: 'of another application' });
    const inner = commitAll(elsewhere);
    const shop = commitWith({});
    set(`rules:${ALL.replace("'**'", shop.source.url)}`);
    expect((await activities.readSource(shop)).commit.sha).toBe(shop.source.commit);
    const other = request(elsewhere, inner);
    expect(await failureOf(activities.readSource(other))).toMatchObject({
      kind: 'not-allowed',
      message: expect.stringContaining(`${file}:3:5 rules[0].sources: allows shop in any environment`),
    });
    expect(await failureOf(checkout(other.source, 'shop'))).toMatchObject({ kind: 'not-allowed' });
    const { problems } = await activities.checkSource(other);
    expect(problems.map(describeProblem)).toEqual([expect.stringContaining('rules[0].sources')]);
    const dir = shop.source.url;
    git(dir, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', elsewhere, 'stolen');
    expect((await failureOf(activities.readSource(request(dir, commitAll(dir))))).message).toContain(
      `stolen: the submodule cannot be fetched: ${file}:3:5 rules[0].sources`,
    );
  });
});

describe('a recorded release', () => {
  const ref = { app: 'shop', release: 'a', registry: { address: 'r' }, digest: `sha256:${'a'.repeat(64)}` };
  const recorded = (more: Partial<EnvironmentRecord>) => ({
    source: { url: 'https://git.example.com/shop', commit: 'a' },
    environments: [
      {
        name: 'staging',
        project: 'shop-staging',
        targets: [{ kind: 'docker', name: 'local', address: 'local' }],
        services: [],
        networks: [],
        volumes: [],
        routes: [{ service: 'web', host: 'shop.example.com', path: '/', port: 80 }],
        secrets: {},
        operators: [],
        ...more,
      },
    ],
  });
  const plan = (more: Partial<EnvironmentRecord>, kind: 'release' | 'rollback' = 'rollback') =>
    createPlanningActivities({
      settings: readSettings({}),
      loadRecord: async () => recorded(more),
    } as never).planRollout({ app: 'shop', environment: 'staging', kind, record: ref, keep: [], ran: {} });

  test.each(['release', 'rollback'] as const)('is judged by the policy of today: a %s', async (kind) => {
    set(`rules:${ALL.replace('shop.example.com', 'other.example.com')}`);
    expect(await plan({}, kind)).toMatchObject({
      refused: {
        kind: 'not-allowed',
        message: expect.stringContaining(`${file}:5:5 rules[0].routes: allows shop in staging`),
      },
    });
    set('rules: []');
    expect(await failureOf(plan({}, kind))).toMatchObject({ kind: 'bad-policy' });
  });

  test('has no name of the installation, with and without a policy', async () => {
    delete process.env['WINDLASS_POLICY'];
    expect(await plan({ volumes: [{ name: 'r', called: 'windlass-routes' }] })).toMatchObject({
      refused: { kind: 'not-allowed', message: expect.stringContaining('volumes.r: is windlass-routes') },
    });
  });
});

describe('the gates of a release', () => {
  const gate = (from: string[], count = 1): ApprovalPolicy => ({ from, count, starterMay: false, timeoutMs: 5 });
  const environment = (name: string, approval?: ApprovalPolicy) =>
    ({ name, ...(approval && { approval }) }) as EnvironmentRecord;
  const record = { app: 'shop', release: 'a', registry: { address: 'r' }, digest: 'sha256:1' };
  const deps = (others: EnvironmentRecord[]) => ({
    neededElsewhere: async () => others.map(({ name }) => ({ environment: name, record, isCurrent: true })),
    loadRecord: async () => ({ environments: others }) as never,
  });
  const where = { app: 'shop', environment: 'production' };
  const find = async (before?: EnvironmentRecord, after?: EnvironmentRecord, others: EnvironmentRecord[] = []) =>
    (await findGates((await readPolicy())?.policy, deps(others), { ...where, before, after })).gates;

  test('H3: those of the policy count, whatever the commit says', async () => {
    set(`people: { ana: [], ben: [] }\nrules:\n- apps: [shop]\n  approval: { from: [ana, ben], count: 2 }`);
    const policy = { from: ['ana', 'ben'], count: 2, starterMay: false };
    expect(await find(undefined, environment('production'))).toMatchObject([policy]);
    expect(
      await find(environment('production', gate(['ana'])), environment('production', gate(['eve']))),
    ).toMatchObject([gate(['eve']), gate(['ana']), policy]);
    expect(await find(undefined, environment('production', gate(['ben', 'ana'], 2)))).toHaveLength(1);
  });

  test('H3: an environment by another name passes the gates of the others', async () => {
    delete process.env['WINDLASS_POLICY'];
    const production = environment('production', gate(['ana']));
    expect(await find(undefined, environment('prod'), [production, environment('staging')])).toEqual([gate(['ana'])]);
    expect(await find(environment('prod'), environment('prod'), [production])).toEqual([]);
    expect(await find(undefined, environment('staging'))).toEqual([]);
  });

  test('a manifest names some of the policy’s operators, and no others', async () => {
    const operators = async (listed: string[]) => findOperators((await readPolicy())?.policy, where, listed);
    expect(await operators(['eve'])).toEqual(['eve']);
    set(`people: { ana: [], ben: [] }\nrules: [{ apps: [shop], operators: [ana, ben] }]`);
    expect(await operators([])).toEqual(['ana', 'ben']);
    expect(await operators(['ben'])).toEqual(['ben']);
    expect(await operators(['eve'])).toEqual(['ana', 'ben']);
  });
});
