import { parseManifest } from '../../../src/manifest/parse';
import { nearest } from '../../../src/model/text/suggest';
import { isLiteralSecret, secretsIn } from '../../../src/model/container/secret';
import { writePath } from '../../../src/model/text/path';

function read(text: string) {
  const { manifest, problems } = parseManifest('windlass.yaml', text);
  expect(problems).toEqual([]);
  return manifest!;
}
const staging = (...lines: string[]) =>
  ['app: shop', 'environments:', '  staging:', '    hosts: [local]', ...lines.map((line) => `    ${line}`)].join('\n');

test('little is enough', () => {
  expect(read(staging())).toEqual({
    app: 'shop',
    services: {},
    notSecret: [],
    folders: {},
    environments: {
      staging: {
        hosts: [{ name: 'local', address: 'local' }],
        groups: {},
        compose: [],
        envFiles: {},
        variables: {},
        secrets: {},
        routes: [],
        verify: [],
        soak: 10_000,
        retention: 5,
        strategy: { kind: 'blue-green' },
        onFailure: 'rollback',
        order: 'any',
        operators: [],
      },
    },
  });
});

test('environments stay in the order of promotion', () => {
  const text =
    'app: shop\nenvironments: { z: { hosts: [local] }, a: { hosts: [local] }, m: { hosts: ["unix:///run/docker.sock"] } }';
  expect(Object.keys(read(text).environments)).toEqual(['z', 'a', 'm']);
});

test('what a service and an approval do not say', () => {
  const { services, environments } = read(`services: { api: {} }\n${staging('approval: { from: [ops@example.com] }')}`);
  expect(services['api']).toEqual({
    background: false,
    before: [],
    healthyWithin: 60_000,
    drain: 10_000,
    publish: true,
    volumes: {},
  });
  expect(environments['staging']?.approval).toEqual({
    from: ['ops@example.com'],
    count: 1,
    starter: 'may-not',
    timeout: 604_800_000,
  });
});

test('numbers of variables stay as they are written', () => {
  const { environments } = read(staging('variables: { UMASK: 022, VERSION: 1.10, ON: True, HEX: 0x1F, EMPTY: "" }'));
  expect(environments['staging']?.variables).toEqual({
    UMASK: '022',
    VERSION: '1.10',
    ON: 'True',
    HEX: '0x1F',
    EMPTY: '',
  });
});

test('anchors and merging are YAML as ever', () => {
  const text = `${staging('soak: 1m', 'secrets: &secrets', '  TOKEN: { env: T }')}\n  production:\n    hosts: [local]\n    secrets: { <<: *secrets, KEY: { file: /k } }`;
  expect(read(text).environments['production']?.secrets).toEqual({ TOKEN: { env: 'T' }, KEY: { file: '/k' } });
});

test('a route by TCP has the port of the host for its address', () => {
  const { environments } = read(staging('routes: [{ service: mail, tcp: 25, port: 2525 }]'));
  expect(environments['staging']?.routes).toEqual([
    { service: 'mail', host: ':25', path: '/', port: 2525, protocol: 'tcp' },
  ]);
});

test('a verification is told by its kind, and titled by what it asks', () => {
  const { environments } = read(
    staging(
      'routes: [{ service: web, host: shop.example.com }]',
      'verify:',
      '  - http: { service: web, path: /health, within: 500ms, from: worker }',
      '  - { title: it pays, run: { service: api, command: [node, pay.js] } }',
      '  - run: { service: api, command: [node, pay.js] }',
    ),
  );
  expect(environments['staging']?.verify).toEqual([
    {
      kind: 'http',
      service: 'web',
      path: '/health',
      method: 'GET',
      status: 200,
      within: 500,
      attempts: 3,
      from: 'worker',
      title: 'GET /health of web is 200',
    },
    { kind: 'run', service: 'api', command: ['node', 'pay.js'], within: 300_000, title: 'it pays' },
    { kind: 'run', service: 'api', command: ['node', 'pay.js'], within: 300_000, title: 'node pay.js in api' },
  ]);
});

test('the same route on other hosts is fine', () => {
  read(
    `${staging('routes: [{ service: web, host: a.example.com }]')}\n  production:\n    hosts: ["unix:///run/b.sock"]\n    routes: [{ service: web, host: a.example.com }]`,
  );
  read(staging('routes: [{ service: web, host: a.example.com }, { service: api, host: a.example.com, path: /api }]'));
});

test('a name that looks like a secret and is none can be said so', () => {
  read(`notSecret: [SITE_TOKEN]\n${staging('variables: { SITE_TOKEN: abc }')}`);
});

test.each<[name: string, value: string, is: boolean]>([
  ['DB_PASSWORD', 'hunter2', true],
  ['dbPassword', 'hunter2', true],
  ['MYSQL_PWD', 'x', true],
  ['API_TOKEN', 'x', true],
  ['APIKEY', 'x', true],
  ['SECRET_KEY_BASE', 'x', true],
  ['AWS_SECRET_ACCESS_KEY', 'x', true],
  ['GOOGLE_CREDENTIALS', '{}', true],
  ['DATABASE_URL', 'postgres://u:p@h/d', true],
  ['DB_PASSWORD', '{{secret:DB}}', false],
  ['DATABASE_URL', 'postgres://u:{{secret:DB}}@h/d', false],
  ['DATABASE_URL', 'postgres://h/d', false],
  ['DB_PASSWORD', '', false],
  ['MYSQL_ALLOW_EMPTY_PASSWORD', 'yes', false],
  ['DB_PASSWORD_FILE', '/run/secrets/db', false],
  ['TOKEN_TTL', '3600', false],
  ['RECAPTCHA_SITE_KEY', 'x', false],
  ['PUBLIC_KEY', 'x', false],
  ['AWS_ACCESS_KEY_ID', 'x', false],
  ['KEYBOARD', 'de', false],
  ['MONKEY', 'a', false],
])('%s=%s: a secret that is written out? %s', (name, value, is) => expect(isLiteralSecret(name, value)).toBe(is));

test('small things', () => {
  expect(secretsIn('a {{secret:A}} b {{secret:B}} {{secret:A}}')).toEqual(['A', 'B']);
  expect(writePath(['environments', 'staging', 'hosts', 0, 'a.b'])).toBe('environments.staging.hosts[0]["a.b"]');
  expect(
    ['enviroments', 'sevices', 'soack', 'zzz'].map((word) => nearest(word, ['environments', 'services', 'soak'])),
  ).toEqual(['environments', 'services', 'soak', undefined]);
});

test('hosts by their address alone, and with more to say', () => {
  const key = `SHA256:${'a'.repeat(43)}`;
  const text = `app: shop
environments:
  production:
    hosts:
      - ssh://deploy@10.0.0.1
      - ssh://deploy@10.0.0.2:2222
      - ssh://web-3/run/user/1000/docker.sock
      - { address: "ssh://deploy@10.0.0.4", name: data, hostKey: "${key}", via: "ssh://jump@gate.example.com" }
      - { address: "unix:///run/docker.sock" }
`;
  expect(read(text)?.environments['production']?.hosts).toEqual([
    { name: '10.0.0.1', address: 'ssh://deploy@10.0.0.1' },
    { name: '10.0.0.2:2222', address: 'ssh://deploy@10.0.0.2:2222' },
    { name: 'web-3', address: 'ssh://web-3/run/user/1000/docker.sock' },
    { name: 'data', address: 'ssh://deploy@10.0.0.4', hostKey: key, via: { address: 'ssh://jump@gate.example.com' } },
    { name: '/run/docker.sock', address: 'unix:///run/docker.sock' },
  ]);
});
