import type { EnvironmentRecord } from '../../../src/manifest/record/record';
import type { ContainerSpec } from '../../../src/model/container/container';
import { describeProblem } from '../../../src/model/text/problem';
import type { RegistryAccess } from '../../../src/model/release';
import type { Service } from '../../../src/model/service';
import { judgeImages } from '../../../src/policy/judge/images';
import { judgeBuild, judgeEnvironment } from '../../../src/policy/judge/judge';
import { judgeLogin, judgeRegistry, judgeSource, judgeSourceAnywhere } from '../../../src/policy/judge/judge-app';
import { parsePolicy } from '../../../src/policy/parse';

const TEXT = `people: { ana: [], ops: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMKeskR3FzcA74otd97nSQM6T5gpWtKKekeXg8+wPmDL }
rules:
  - apps: ['*']
    sources: ['https://git.example.com/public/*']
    registries: [registry.example.com/public]
  - apps: [shop]
    environments: [production]
    sources: ['https://git.example.com/shop/*', 'git@git.example.com:shop/*', /srv/git/shop]
    targets: [local, 'ssh://deploy@10.0.0.*']
    routes: ['*.example.com', example.org/shop, ':5432']
    projects: [shop]
    secrets:
      env: [SHOP_PRODUCTION_*]
      file: [/run/shop/*]
      exec: [[op, read, 'op://shop/**'], [vault, '*']]
    registries: [{ address: registry.example.com/shop, login: { env: [SHOP_REGISTRY_*] } }]
    docker: { cap_add: [NET_ADMIN], binds: [/srv/shop], pid: true, volumes: [shop-*] }
    operators: [ops]
  - apps: [bank]
    routes: [bank.example.com, example.org/shop/bank]
`;
const { policy, point } = parsePolicy('policy.yaml', TEXT);
const told = (findings: ReturnType<typeof judgeEnvironment>) => findings.map(point).map(describeProblem);

const service = (container: Partial<ContainerSpec> = {}): Service => ({
  name: 'web',
  kind: 'released',
  image: 'web@sha256:1',
  replicas: 1,
  dependsOn: [],
  networks: [],
  container: { environment: {}, mounts: [], ports: [], expose: [], ...container },
  before: [],
  healthyWithinMs: 1,
  drainMs: 1,
});
const environment = (more: Partial<EnvironmentRecord> = {}): EnvironmentRecord => ({
  name: 'production',
  project: 'shop-production',
  targets: [{ kind: 'docker', name: 'local', address: 'local' }],
  strategy: { kind: 'blue-green' },
  services: [service()],
  networks: [],
  volumes: [],
  routes: [],
  verifications: [],
  soakMs: 1,
  retention: 1,
  onFailure: 'rollback',
  operators: [],
  secrets: {},
  variables: {},
  compose: [],
  ...more,
});
const judge = (more: Partial<EnvironmentRecord>) => told(judgeEnvironment(policy!, 'shop', environment(more)));
const host = (address: string, via?: string) => ({
  targets: [{ kind: 'docker' as const, name: 'h', address, ...(via && { via: { address: via } }) }],
});
const route = (address: string) => {
  const [, where = '', path = '/'] = /^([^/]*)(\/.*)?$/.exec(address) ?? [];
  return { routes: [{ service: 'web', host: where, path, port: 80 }] };
};

test('a plain environment is allowed, and one that no rule is for is not', () => {
  expect(judge({})).toEqual([]);
  const other = { ...environment(), name: 'preview' };
  const none = parsePolicy('policy.yaml', 'rules: [{ apps: [other] }]');
  expect(judgeEnvironment(none.policy!, 'shop', other).map(none.point).map(describeProblem)).toEqual([
    "policy.yaml:1:1 rules: has none for shop in preview, so nothing is allowed there. Ask the policy's owner for one.",
  ]);
});

describe('what is allowed', () => {
  test.each<[string, Partial<EnvironmentRecord>]>([
    ['a host', host('ssh://deploy@10.0.0.7')],
    ['its usual port', host('ssh://deploy@10.0.0.7:22')],
    ['a route', route('shop.example.com')],
    ['a path below', route('example.org/shop/api')],
    ['a port of TCP', route(':5432')],
    ['another project', { project: 'shop' }],
    ['a variable', { secrets: { A: { env: 'SHOP_PRODUCTION_DB' } } }],
    ['a file', { secrets: { A: { file: '/run/shop/db' } } }],
    ['an entry of an env file', { secrets: { A: { entry: ['/run/shop/env', 'DB'] } } }],
    ['a command', { secrets: { A: { exec: ['op', 'read', 'op://shop/db/password'] } } }],
    ['an option', { services: [service({ capAdd: ['NET_ADMIN'], pid: 'host' })] }],
    ['a path of the host', { services: [service({ mounts: [{ type: 'bind', source: '/srv/shop/', target: '/x' }] })] }],
    ['a volume by its name', { volumes: [{ name: 'data', external: 'shop-data' }] }],
    ['no-new-privileges', { services: [service({ securityOpt: ['no-new-privileges:true'], ipc: 'private' })] }],
    ['an operator', { operators: ['ops'] }],
    ['an approval of its own', { approval: { from: ['eve'], count: 1, starterMay: true, timeoutMs: 1 } }],
  ])('%s', (_, more) => expect(judge(more)).toEqual([]));
});

describe('what is not', () => {
  const bind = (source: string) => ({ services: [service({ mounts: [{ type: 'bind', source, target: '/x' }] })] });
  const volume = (options: Record<string, string>) => ({ volumes: [{ name: 'v', options }] });
  test.each<[string, Partial<EnvironmentRecord>, string]>([
    [
      'another host',
      host('ssh://deploy@10.0.1.7'),
      'policy.yaml:9:5 rules[1].targets: allows shop in production local, ssh://deploy@10.0.0.* alone, and it goes to ssh://deploy@10.0.1.7.',
    ],
    ['another user', host('ssh://root@10.0.0.7'), 'rules[1].targets'],
    ['another port', host('ssh://deploy@10.0.0.7:2222'), 'rules[1].targets'],
    ['another socket', host('ssh://deploy@10.0.0.7/run/other.sock'), 'rules[1].targets'],
    ['a host on the way', host('local', 'ssh://deploy@10.9.0.1'), 'it goes to ssh://deploy@10.9.0.1'],
    [
      'another address',
      route('shop.example.net'),
      'policy.yaml:10:5 rules[1].routes: allows shop in production *.example.com, example.org/shop, :5432 alone, and asks for the route shop.example.net/.',
    ],
    ['a deeper name than one star', route('a.b.example.com'), 'rules[1].routes'],
    [
      'an address that a narrower pattern gives to another',
      route('bank.example.com'),
      'policy.yaml:20:14 rules[2].routes[0]: is of bank in *, and shop in production asks for the route bank.example.com/.',
    ],
    [
      'a path that a narrower pattern gives to another',
      route('example.org/shop/bank/x'),
      'rules[2].routes[1]: is of bank',
    ],
    ['all of a host whose path it has', route('example.org'), 'rules[1].routes'],
    ['a path beside', route('example.org/shopping'), 'rules[1].routes'],
    ['a path with dots', route('example.org/shop/../x'), 'rules[1].routes'],
    ['a path with encoded dots', route('example.org/shop/%2e%2e/x'), 'rules[1].routes'],
    ['another port of TCP', route(':54320'), 'rules[1].routes'],
    [
      'the project of another',
      { project: 'bank-production' },
      'policy.yaml:11:5 rules[1].projects: allows shop in production shop alone, and it wants the containers and volumes of the compose project bank-production.',
    ],
    [
      'another variable',
      { secrets: { A: { env: 'BANK_DB' } } },
      'policy.yaml:13:7 rules[1].secrets.env: allows shop in production SHOP_PRODUCTION_* alone, and the secret A is read from env BANK_DB.',
    ],
    ['another file', { secrets: { A: { file: '/run/shop/../bank/db' } } }, 'policy.yaml:14:7 rules[1].secrets.file'],
    ['a file further down', { secrets: { A: { file: '/run/shop/a/b' } } }, 'rules[1].secrets.file'],
    ['an entry of another file', { secrets: { A: { entry: ['/root/.env', 'DB'] } } }, 'rules[1].secrets.file'],
    ['another argument', { secrets: { A: { exec: ['op', 'read', 'op://bank/x'] } } }, 'rules[1].secrets.exec'],
    [
      'an argument more',
      { secrets: { A: { exec: ['op', 'read', 'op://shop/x', '--account=eve'] } } },
      'rules[1].secrets.exec',
    ],
    [
      'an option in place of an argument',
      { secrets: { A: { exec: ['vault', '-address=evil'] } } },
      'rules[1].secrets.exec',
    ],
    [
      'another capability',
      { services: [service({ capAdd: ['SYS_ADMIN'] })] },
      'policy.yaml:17:15 rules[1].docker.cap_add: allows shop in production NET_ADMIN alone, and service web asks for SYS_ADMIN.',
    ],
    [
      'privileged',
      { services: [service({ privileged: true })] },
      'policy.yaml:17:5 rules[1].docker.privileged: allows shop in production nothing of it, and service web asks for true.',
    ],
    ['another path', bind('/'), 'rules[1].docker.binds'],
    ['a path that leads elsewhere', bind('/srv/shop/../bank'), 'service web asks for /srv/bank'],
    ['a path below', bind('/srv/shop/link'), 'rules[1].docker.binds'],
    ['a path by a volume', volume({ type: 'none', o: 'rw,bind', device: '/etc' }), 'volume v asks for /etc'],
    ['a disk by a volume', volume({ type: 'ext4', device: '/dev/sda1' }), 'volume v asks for ext4:/dev/sda1'],
    ['a volume by its own name', { volumes: [{ name: 'v', called: 'bank_data' }] }, 'rules[1].docker.volumes'],
    ['a network', { networks: [{ name: 'n', external: 'bank' }] }, 'network n asks for bank'],
    [
      'another operator',
      { operators: ['ana'] },
      'policy.yaml:18:5 rules[1].operators: allows shop in production ops alone, and the manifest has ana among its operators.',
    ],
  ])('%s', (_, more, message) => expect(judge(more).join('\n')).toContain(message));
});

test.each<[string, boolean]>([
  ['https://git.example.com/shop/web', true],
  ['https://GIT.example.com:443/shop/web.git/', true],
  ['https://user:token@git.example.com/shop/web', true],
  ['https://git.example.com/public/base', true],
  ['git@git.example.com:shop/web.git', true],
  ['ssh://git@git.example.com/shop/web', true],
  ['/srv/git/shop', true],
  ['file:///srv/git/shop', true],
  ['ssh://root@git.example.com/shop/web', false],
  ['http://git.example.com/shop/web', false],
  ['https://git.example.com/shop/../bank/web', false],
  ['https://git.example.com/shop/%2e%2e/bank', false],
  ['https://git.example.com/shop/web?a=/shop/', false],
  ['https://git.example.com@evil.example/shop/web', false],
  ['https://git.example.com/shop/web/deep', false],
  ['https://git.example.com//shop/web', false],
  ['/srv/git/shop/../bank', false],
  ['/srv/git/bank', false],
])('a commit from %s: %s', (url, allowed) => expect(judgeSource(policy!, 'shop', url).length === 0).toBe(allowed));

test.each<[string, RegistryAccess, boolean]>([
  ['its own', { address: 'registry.example.com/shop' }, true],
  ['its own with its login', { address: 'registry.example.com/shop', username: { env: 'SHOP_REGISTRY_USER' } }, true],
  ['that of the worker', { address: 'registry.internal' }, true],
  ['that of the worker with a login', { address: 'registry.internal', password: { env: 'SHOP_REGISTRY_KEY' } }, false],
  ['its own with the login of another', { address: 'registry.example.com/shop', password: { env: 'BANK' } }, false],
  [
    'one without login with one',
    { address: 'registry.example.com/public', password: { env: 'SHOP_REGISTRY_KEY' } },
    false,
  ],
  ['a stranger’s', { address: 'evil.example', username: { env: 'SHOP_REGISTRY_USER' } }, false],
])('a registry: %s', (_, access, allowed) => {
  expect(judgeRegistry(policy!, 'shop', access, 'registry.internal').length === 0).toBe(allowed);
  if (access.address === 'evil.example') expect(judgeLogin(policy!, access)).toHaveLength(1);
});

test.each<[string, boolean]>([
  ['registry.example.com/shop/tool:1', true],
  ['registry.example.com/shop@sha256:0', true],
  ['registry.example.com/public/nginx', true],
  ['registry.internal/shop/web@sha256:0', true],
  ['registry.internal/bank/web@sha256:0', false],
  ['registry.internal/shop', false],
  ['registry.internal/shop/../bank/web@sha256:0', false],
  ['registry.example.com/shop//web', false],
  ['registry.example.com/shopping/web', false],
  ['registry.example.com:5000/shop/web', false],
  ['REGISTRY.example.com/shop/web', false],
  ['nginx', false],
  ['registry.example.com', false],
  ['evil.example/registry.example.com/shop', false],
  ['registry.example.com/bank/web:shop', false],
])('an image %s: %s', (image, allowed) =>
  expect(
    judgeImages(policy!, { app: 'shop', environment: 'production' }, { web: image }, 'registry.internal').length === 0,
  ).toBe(allowed),
);

test('an image of Docker Hub has its whole name in a policy', () => {
  const hub = parsePolicy(
    'policy.yaml',
    'rules: [{ apps: [shop], registries: [docker.io/library, docker.io/acme/*] }]',
  );
  const judged = (image: string) =>
    judgeImages(hub.policy!, { app: 'shop', environment: 'production' }, { db: image })
      .map(hub.point)
      .map(describeProblem);
  for (const image of ['postgres:15', 'docker.io/postgres', 'index.docker.io/library/postgres', 'acme/tool'])
    expect(judged(image)).toEqual([]);
  for (const image of ['evil/postgres', 'EVIL/acme/tool', 'localhost/library/postgres'])
    expect(judged(image)).toHaveLength(1);
  expect(judged('evil/postgres:15')).toEqual([
    "policy.yaml:1:25 rules[0].registries: allows shop in production docker.io/library, docker.io/acme/* alone, and service db has the image docker.io/evil/postgres. Use what is allowed, or ask the policy's owner.",
  ]);
});

test('a secret that no rule has is nobody’s', () => {
  expect(judgeSourceAnywhere(policy!, { env: 'SHOP_REGISTRY_USER' })).toEqual([]);
  expect(judgeSourceAnywhere(policy!, { exec: ['op', 'read', 'op://shop/a'] })).toEqual([]);
  expect(told(judgeSourceAnywhere(policy!, { env: 'HOME' }))).toEqual([
    "policy.yaml:2:1 rules: allow nobody to read a secret from env HOME. Ask the policy's owner.",
  ]);
});

test('a build has what all environments allow', () => {
  const build = { service: 'web', context: '.', dockerfile: 'Dockerfile', args: {}, labels: {} };
  const where = { app: 'shop', environment: 'production' };
  expect(judgeBuild(policy!, where, build)).toEqual([]);
  const wants = {
    ...build,
    network: 'host',
    buildx: {
      ssh: ['default'],
      allow: ['security.insecure'],
      contexts: [
        { name: 'a', from: 'https://evil.example' },
        { name: 'b', folder: 'b' },
      ],
      cacheTo: ['type=registry,ref=evil.example/x'],
      secrets: [{ id: 'token', source: { env: 'BANK' } }],
    },
  };
  expect(judgeBuild(policy!, where, wants).map(({ path }) => path.slice(2).join('.'))).toEqual([
    'docker.build_ssh',
    'docker.build_entitlements',
    'docker.build_network',
    'docker.build_contexts',
    'docker.build_cache',
    'secrets.env',
  ]);
});

test('of a swarm every manager and every edge must be allowed, and what they go through', () => {
  const node = (name: string, more: object = {}) => ({ name, address: `ssh://deploy@${name}`, ...more });
  const gate = { address: 'ssh://gate.example.com' };
  const managers = [node('10.0.0.1'), node('10.9.0.1')];
  const targets = [
    { kind: 'swarm' as const, name: 'swarm', managers, edge: [node('10.0.0.1'), node('10.0.0.2', { via: gate })] },
  ];
  const goes = told(judgeEnvironment(policy!, 'shop', environment({ targets })));
  expect(goes).toEqual([expect.stringContaining('ssh://deploy@10.9.0.1'), expect.stringContaining('gate.example.com')]);
});
