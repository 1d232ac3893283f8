import { parseManifest } from '../../../src/manifest/parse';
import { describeProblem } from '../../../src/model/text/problem';
import { VERIFICATIONS } from '../../../src/model/verification';

/** One more kind needs no change here. */
const VERIFICATION_KINDS = Object.keys(VERIFICATIONS).join(', ');

const problemsOf = (text: string) => parseManifest('windlass.yaml', text).problems.map(describeProblem);

/** A manifest of one environment, with lines of its own in it; the first one stands on line 5. */
const staging = (...lines: string[]) =>
  ['app: shop', 'environments:', '  staging:', '    hosts: [local]', ...lines.map((line) => `    ${line}`)].join('\n');

/** A manifest with services; the first of their lines stands on line 3. */
const services = (...lines: string[]) =>
  ['app: shop', 'services:', ...lines.map((line) => `  ${line}`), 'environments: { staging: { hosts: [local] } }'].join(
    '\n',
  );

const NO_PATH =
  "is not a path. Start it with /, and write characters other than letters, digits and - . _ ~ ! $ & ' ( ) * + , ; = : @ as %20";

/** What would be read as something else where it is written: a template, another rule, another request. */
const NO_PATHS = ['/x{{`PATH`|env}}', '/{{', '/a b', '/a\nb', '/ä', '/a\\b', '/a"b', '/%zz', '/%2', 'a', ''];

const BAD: [name: string, text: string, problems: string[]][] = [
  ...NO_PATHS.map((path): (typeof BAD)[number] => [
    `the path ${JSON.stringify(path)} of a route`,
    staging('routes:', `  - { service: api, host: a.example, path: ${JSON.stringify(path)} }`),
    [`windlass.yaml:6:48 environments.staging.routes[0].path: ${NO_PATH}; leave out what follows ? or #.`],
  ]),
  ...[...NO_PATHS, '/ HTTP/1.1\r\nHost: b.example'].map((path): (typeof BAD)[number] => [
    `the path ${JSON.stringify(path)} of a verification`,
    staging(
      'routes: [{ service: api, host: a.example }]',
      'verify:',
      `  - http: { service: api, path: ${JSON.stringify(path)} }`,
    ),
    [`windlass.yaml:7:37 environments.staging.verify[0].http.path: ${NO_PATH}.`],
  ]),
  [
    'headers of a verification that are none',
    staging(
      'routes: [{ service: api, host: a.example }]',
      'verify:',
      '  - http: { service: api, header: { "a: b": c, x-one: "a\\nb" } }',
    ),
    [
      'windlass.yaml:7:41 environments.staging.verify[0].http.header["a: b"]: is not a header name. Write letters, digits and hyphens, such as "content-type".',
      'windlass.yaml:7:59 environments.staging.verify[0].http.header.x-one: is not a header value. Remove the line break.',
    ],
  ],
  [
    'a path below that of another environment on the same host',
    [
      'app: shop',
      'environments:',
      '  staging: { hosts: [local], routes: [{ service: api, host: shop.example.com, path: /staging }] }',
      '  production: { hosts: [local], routes: [{ service: api, host: shop.example.com }] }',
    ].join('\n'),
    [
      'windlass.yaml:4:42 environments.production.routes[0]: is shop.example.com/, which staging already routes on the same host, with shop.example.com/staging. Give one of them another host name or path.',
    ],
  ],
  ['an empty file', '', ['windlass.yaml: is empty. For its keys: windlass docs.']],
  ['a list', '- app', ['windlass.yaml:1:1: is a list. Expected keys with values.']],
  [
    'no YAML',
    'app: [shop\nenvironments: {}',
    [
      'windlass.yaml:2:1: is not YAML: Flow sequence in block collection must be sufficiently indented and end with a ].',
    ],
  ],
  [
    'tabs',
    'app: shop\nenvironments:\n\tstaging: {}',
    ['windlass.yaml:3:1: is not YAML: Tabs are not allowed as indentation.'],
  ],
  ...['!!binary x', '!!set { a: b }', '!!timestamp 2026-01-01', '!ours x'].map((value): (typeof BAD)[number] => [
    `the tag of ${value}`,
    staging(`project: ${value}`),
    ['windlass.yaml:5:14: has an unknown YAML tag. Remove the tag.'],
  ]),
  [
    'two documents',
    'app: shop\nenvironments: { staging: { hosts: [local] } }\n---\napp: blog\n',
    ['windlass.yaml:3:1: starts a second document. Expected one: remove --- and the rest.'],
  ],
  [
    'a key twice',
    'app: shop\napp: shop2\nenvironments: { staging: { hosts: [local] } }',
    ['windlass.yaml:2:1 app: is a duplicate key. Keep one of the two.'],
  ],
  ['nothing but a name', 'app: shop', ['windlass.yaml:1:1 environments: is missing. Expected keys with values.']],
  [
    'no environment',
    'app: shop\nenvironments: {}',
    ['windlass.yaml:2:1 environments: has no environment. Write at least one, such as staging.'],
  ],
  [
    'a name in capitals',
    'app: Shop\nenvironments: { staging: { hosts: [local] } }',
    [
      'windlass.yaml:1:6 app: is not a name. Write lowercase letters, digits and hyphens, a letter first, such as "shop".',
    ],
  ],
  [
    'the name of an environment',
    'app: shop\nenvironments: { Staging_1: { hosts: [local] } }',
    [
      'windlass.yaml:2:17 environments.Staging_1: is not an environment\'s name. Write lowercase letters, digits and underscores, a letter first, such as "staging" or "eu_west".',
    ],
  ],
  [
    'a mistyped key',
    'app: shop\nenviroments: {}\nenvironments: { staging: { hosts: [local] } }',
    ['windlass.yaml:2:1 enviroments: is not known here. Did you mean "environments"?'],
  ],
  [
    'a key that is nowhere',
    staging('whatever: 1'),
    [
      'windlass.yaml:5:5 environments.staging.whatever: is not known here. Known: hosts, swarm, kubernetes, groups, project, compose, variables, secrets, envFiles, routes, verify, soak, approval, retention, strategy, onFailure, order, operators.',
    ],
  ],
  [
    'a mistyped key of a service',
    services('api: { backgroud: true }'),
    ['windlass.yaml:3:10 services.api.backgroud: is not known here. Did you mean "background"?'],
  ],
  [
    'a registry with a scheme',
    `registry: https://registry.example.com\n${staging()}`,
    [
      "windlass.yaml:1:11 registry: is not a registry's address. Write its host with an optional port and path, without https://: registry.example.com/team.",
    ],
  ],
  [
    'a registry without address',
    `registry: { username: { env: USER } }\n${staging()}`,
    ['windlass.yaml:1:1 registry.address: is missing. Expected a string.'],
  ],
  [
    'half a login',
    `registry: { address: registry.example.com, username: { env: USER } }\n${staging()}`,
    ['windlass.yaml:1:1 registry: has only a username. Write username and password, or neither.'],
  ],
  [
    'a login that is written out',
    `registry: { address: registry.example.com, username: robot, password: { env: P } }\n${staging()}`,
    [
      "windlass.yaml:1:54 registry.username: has no source. Write { env: NAME } for a variable of the worker, { file: /path } for a file on its machine, or { exec: [program, argument] } for a command's output.",
    ],
  ],
  [
    'no host',
    'app: shop\nenvironments: { staging: { hosts: [] } }',
    [
      "windlass.yaml:2:28 environments.staging.hosts: is empty. Write local for the worker's engine, unix:///path for another one on its machine, or ssh://user@host.",
    ],
  ],
  [
    'hosts that are missing',
    'app: shop\nenvironments:\n  staging: { soak: 5s }',
    ['windlass.yaml:3:3 environments.staging.hosts: is missing. Expected a list; or swarm: ssh://user@manager.'],
  ],
  [
    'a host with a password',
    'app: shop\nenvironments: { staging: { hosts: ["ssh://deploy:s3cret@example.com"] } }',
    [
      "windlass.yaml:2:36 environments.staging.hosts[0]: contains a password. Log in with a key of the worker's agent or ~/.ssh instead.",
    ],
  ],
  [
    'a host by SSH that is none',
    'app: shop\nenvironments: { staging: { hosts: ["ssh://"] } }',
    [
      'windlass.yaml:2:36 environments.staging.hosts[0]: is not a host address. Expected ssh://user@host, with :port unless it is 22.',
    ],
  ],
  [
    'keys of a host',
    `app: shop
environments:
  staging:
    hosts: [{ address: "ssh://a.example.com", hostkey: x, hostKey: "MD5:00" }, { address: nowhere }]
    groups: { web: { hosts: [a.example.con], services: { web: 0 }, address: data.example.com } }
`,
    [
      'windlass.yaml:4:47 environments.staging.hosts[0].hostkey: is not known here. Did you mean "hostKey"?',
      'windlass.yaml:4:68 environments.staging.hosts[0].hostKey: is not a key fingerprint. Expected SHA256: and 43 characters, as windlass trust and ssh-keygen -l print it.',
      "windlass.yaml:4:91 environments.staging.hosts[1].address: is not a Docker engine's address. Write local for the worker's engine, unix:///path for another one on its machine, or ssh://user@host.",
      'windlass.yaml:5:30 environments.staging.groups.web.hosts[0]: is not a host of staging (a.example.con). Did you mean "a.example.com"?',
      'windlass.yaml:5:63 environments.staging.groups.web.services.web: is 0. Expected at least 1.',
      "windlass.yaml:5:77 environments.staging.groups.web.address: is not an IP address. Write this host's address for the other hosts, such as 10.0.0.3.",
    ],
  ],
  [
    'groups that are none',
    `app: shop
environments:
  staging:
    hosts: [ssh://a.example.com, "ssh://b.example.com"]
    groups:
      web: { hosts: [a.example.con], services: { web: 1 } }
      api: { hosts: [a.example.com, "ssh://b.example.com", a.example.com], services: { api: 1 } }
      big: { hosts: [b.example.com], services: { api: 2 } }
`,
    [
      'windlass.yaml:6:22 environments.staging.groups.web.hosts[0]: is not a host of staging (a.example.con). Did you mean "a.example.com"?',
      'windlass.yaml:7:60 environments.staging.groups.api.hosts[2]: is a duplicate.',
      'windlass.yaml:8:50 environments.staging.groups.big.services.api: already runs on b.example.com through group api. Keep one of the two, or give the groups different hosts.',
    ],
  ],
  [
    'two hosts of one name',
    'app: shop\nenvironments: { staging: { hosts: ["ssh://a@example.com", "ssh://b@example.com"] } }',
    [
      'windlass.yaml:2:59 environments.staging.hosts[1]: has the name example.com, which another host has. Give it its own name: { address: …, name: … }.',
    ],
  ],
  [
    'a host by TCP',
    'app: shop\nenvironments: { staging: { hosts: [local, "tcp://10.0.0.1:2375"] } }',
    [
      "windlass.yaml:2:43 environments.staging.hosts[1]: is not a Docker engine's address. Write local for the worker's engine, unix:///path for another one on its machine, or ssh://user@host.",
    ],
  ],
  [
    'a host twice',
    'app: shop\nenvironments: { staging: { hosts: [local, local] } }',
    ['windlass.yaml:2:43 environments.staging.hosts[1]: is a duplicate.'],
  ],
  [
    'a duration without unit',
    staging('soak: 5'),
    [
      'windlass.yaml:5:11 environments.staging.soak: is not a duration. Write a number and a unit, such as 500ms, 30s, 5m, 72h or 14d.',
    ],
  ],
  [
    'a duration in words',
    staging('soak: five minutes'),
    [
      'windlass.yaml:5:11 environments.staging.soak: is not a duration. Write a number and a unit, such as 500ms, 30s, 5m, 72h or 14d.',
    ],
  ],
  [
    'a secret that is written out',
    staging('variables:', '  DATABASE_PASSWORD: hunter2'),
    [
      'windlass.yaml:6:26 environments.staging.variables.DATABASE_PASSWORD: looks like a literal secret. Declare it under secrets as DATABASE_PASSWORD: { env: DATABASE_PASSWORD }, which only the worker reads. If it is not a secret, list it under notSecret.',
    ],
  ],
  [
    'a password in an address',
    staging('variables:', '  DATABASE: postgres://shop:hunter2@database/shop'),
    [
      'windlass.yaml:6:17 environments.staging.variables.DATABASE: looks like a literal secret. Declare it under secrets as DATABASE: { env: DATABASE }, which only the worker reads. If it is not a secret, list it under notSecret.',
    ],
  ],
  [
    'a literal under secrets',
    staging('secrets:', '  TOKEN: hunter2'),
    [
      "windlass.yaml:6:14 environments.staging.secrets.TOKEN: has no source. Write { env: NAME } for a variable of the worker, { file: /path } for a file on its machine, or { exec: [program, argument] } for a command's output.",
    ],
  ],
  [
    'a file of a secret that is no path',
    staging('secrets:', '  TOKEN: { file: token.txt }'),
    ['windlass.yaml:6:22 environments.staging.secrets.TOKEN.file: is not a path. Begin it with /.'],
  ],
  [
    'a command of a secret that is none',
    staging('secrets:', '  TOKEN: { exec: [] }', '  OTHER: { exec: ["op read x"] }', '  THIRD: { exec: op read x }'),
    [
      'windlass.yaml:6:16 environments.staging.secrets.TOKEN.exec: is empty. Write the command as a list: [op, read, op://vault/item/field].',
      'windlass.yaml:7:23 environments.staging.secrets.OTHER.exec[0]: is not a program. Write its name, such as op, or its absolute path; there is no shell.',
      "windlass.yaml:8:7 environments.staging.secrets.THIRD: has no source. Write { env: NAME } for a variable of the worker, { file: /path } for a file on its machine, or { exec: [program, argument] } for a command's output.",
    ],
  ],
  [
    'a variable and a secret of one name',
    staging('variables: { TOKEN_ID: a }', 'secrets: { TOKEN_ID: { env: T } }'),
    [
      'windlass.yaml:5:18 environments.staging.variables.TOKEN_ID: is also declared under secrets. Keep one of the two.',
    ],
  ],
  [
    'a variable that steers compose',
    staging('variables: { COMPOSE_PROFILES: a, COMPOSE_ENV_FILES: /etc/env }'),
    [
      'windlass.yaml:5:39 environments.staging.variables.COMPOSE_ENV_FILES: is a name that controls docker, git or a shell. Choose another one, here and in the compose file.',
    ],
  ],
  [
    'a reference to no secret',
    staging('variables: { URL: "a://{{secret:TOKN}}" }', 'secrets: { TOKEN: { env: T } }'),
    [
      'windlass.yaml:5:23 environments.staging.variables.URL: refers to secret TOKN, but this environment does not declare it. Did you mean "TOKEN"?',
    ],
  ],
  [
    'an empty variable',
    staging('variables:', '  MODE:'),
    ["windlass.yaml:6:12 environments.staging.variables.MODE: is not a string. Write one; '' is the empty string."],
  ],
  [
    'a variable that is a list',
    staging('variables: { MODES: [a, b] }'),
    ["windlass.yaml:5:18 environments.staging.variables.MODES: is not a string. Write one; '' is the empty string."],
  ],
  [
    'the name of a variable',
    staging('variables: { db-host: a }'),
    [
      'windlass.yaml:5:18 environments.staging.variables.db-host: is not a variable\'s name. Write letters, digits and underscores, such as "DB_HOST".',
    ],
  ],
  [
    'a route to a URL',
    staging('routes:', '  - { service: web, host: "https://shop.example.com" }'),
    [
      'windlass.yaml:6:31 environments.staging.routes[0].host: is not a host name. Write it in lowercase, without https:// and port, such as "shop.example.com".',
    ],
  ],
  [
    'a route without service',
    staging('routes:', '  - host: shop.example.com'),
    ['windlass.yaml:6:9 environments.staging.routes[0].service: is missing. Expected a string.'],
  ],
  [
    'a port as text',
    staging('routes: [{ service: web, host: shop.example.com, port: "80" }]'),
    ['windlass.yaml:5:60 environments.staging.routes[0].port: is a string. Expected a number.'],
  ],
  [
    'a protocol that is none',
    staging('routes: [{ service: web, host: shop.example.com, protocol: grpc }]'),
    [
      'windlass.yaml:5:64 environments.staging.routes[0].protocol: is unknown. Write h2c for gRPC and HTTP/2 without TLS, or omit it.',
    ],
  ],
  [
    'a route without an address',
    staging('routes: [{ service: web }]'),
    [
      'windlass.yaml:5:14 environments.staging.routes[0]: has no address. Write host: for HTTP, or tcp: and a host port.',
    ],
  ],
  [
    'a route of two addresses',
    staging('routes: [{ service: web, tcp: 5432, host: a.example.com, https: true }]'),
    [
      'windlass.yaml:5:47 environments.staging.routes[0].host: is for HTTP, but this is a TCP route. Remove one of them.',
      'windlass.yaml:5:69 environments.staging.routes[0].https: is for HTTP, but this is a TCP route. Remove one of them.',
    ],
  ],
  [
    'a port of the host for two',
    `${staging('routes: [{ service: web, tcp: 5432 }]')}\n  production:\n    hosts: [local]\n    routes: [{ service: web, tcp: 5432 }]`,
    [
      'windlass.yaml:8:14 environments.production.routes[0]: is TCP port 5432, which staging already routes on the same host. Give one of them another port.',
    ],
  ],
  [
    'HTTP asked of TCP',
    staging('routes: [{ service: web, tcp: 5432 }]', 'verify: [{ http: { service: web } }]'),
    [
      'windlass.yaml:6:33 environments.staging.verify[0].http.service: is web, which has no route by HTTP in staging. Add a route, or use a command: run: { service: …, command: […] }.',
    ],
  ],
  [
    'HTTP/1.1 asked of HTTP/2 by a canary',
    staging(
      'routes: [{ service: api, host: a.example.com, protocol: h2c }]',
      'strategy: { canary: { steps: [{ weight: 1, soak: 1s }] } }',
      'verify: [{ http: { service: api } }]',
    ),
    [
      'windlass.yaml:7:33 environments.staging.verify[0].http.service: is api, which speaks h2c, and canary asks it by HTTP/1.1. Ask it by a command: run: { service: …, command: […] }.',
    ],
  ],
  [
    'a port that is none',
    staging('routes: [{ service: web, host: shop.example.com, port: 80808 }]'),
    ['windlass.yaml:5:60 environments.staging.routes[0].port: is 80808. Expected at most 65535.'],
  ],
  [
    'the same route twice, in another spelling',
    staging(
      'routes:',
      '  - { service: web, host: shop.example.com, path: /api }',
      '  - { service: api, host: shop.example.com, path: /%61pi/ }',
    ),
    [
      'windlass.yaml:7:9 environments.staging.routes[1]: is shop.example.com/%61pi/, which already has a route above. Give one of them another host name or path.',
    ],
  ],
  [
    'paths that nobody asks for',
    staging(
      'routes:',
      '  - { service: web, host: a.example, path: "/api/*" }',
      '  - { service: web, host: b.example, path: /a/%2e%2E/b }',
      '  - { service: web, host: c.example, path: /a.b/..c/.well-known/x.*y }',
    ),
    [
      'windlass.yaml:6:48 environments.staging.routes[0].path: is /api/*, whose * stands for itself: a path is a prefix. Leave it out.',
      'windlass.yaml:7:48 environments.staging.routes[1].path: is /a/%2e%2E/b, which no client sends. Write the path without dot segments.',
    ],
  ],
  [
    'the same route twice',
    staging(
      'routes:',
      '  - { service: web, host: shop.example.com }',
      '  - { service: api, host: shop.example.com, path: / }',
    ),
    [
      'windlass.yaml:7:9 environments.staging.routes[1]: is shop.example.com/, which already has a route above. Give one of them another host name or path.',
    ],
  ],
  [
    'the same route on one host',
    `${staging('routes: [{ service: web, host: shop.example.com }]')}\n  production:\n    hosts: [local]\n    routes: [{ service: web, host: shop.example.com }]`,
    [
      'windlass.yaml:8:14 environments.production.routes[0]: is shop.example.com/, which staging already routes on the same host. Give one of them another host name or path.',
    ],
  ],
  [
    'a route to a background service',
    `services: { jobs: { background: true } }\n${staging('routes: [{ service: jobs, host: shop.example.com }]')}`,
    [
      'windlass.yaml:6:25 environments.staging.routes[0].service: is jobs, a background service. Expected a released service. Choose another one, or change services.jobs.',
    ],
  ],
  [
    'a route to an accessory',
    `services: { db: { accessory: true } }\n${staging('routes: [{ service: db, host: shop.example.com }]')}`,
    [
      'windlass.yaml:6:25 environments.staging.routes[0].service: is db, an accessory. Expected a released service. Choose another one, or change services.db.',
    ],
  ],
  [
    'a verification of nothing',
    staging('verify:', '  - title: all is well'),
    [`windlass.yaml:6:9 environments.staging.verify[0]: has no kind. Write one of ${VERIFICATION_KINDS}.`],
  ],
  [
    'a verification of two kinds',
    staging('verify:', '  - { http: { service: a }, run: { service: a, command: [x] } }'),
    [`windlass.yaml:6:9 environments.staging.verify[0]: has http and run at once. Write one of ${VERIFICATION_KINDS}.`],
  ],
  [
    'a verification without route',
    staging('verify:', '  - http: { service: api, path: /health }'),
    [
      'windlass.yaml:6:26 environments.staging.verify[0].http.service: is api, which has no route in staging. Add a route, or use a command: run: { service: …, command: […] }.',
    ],
  ],
  [
    'a mistyped key of a verification',
    staging('routes: [{ service: web, host: a.example.com }]', 'verify:', '  - http: { service: web, stauts: 200 }'),
    ['windlass.yaml:7:31 environments.staging.verify[0].http.stauts: is not known here. Did you mean "status"?'],
  ],
  [
    'a status that is none',
    staging('routes: [{ service: web, host: a.example.com }]', 'verify: [{ http: { service: web, status: 42 } }]'),
    ['windlass.yaml:6:46 environments.staging.verify[0].http.status: is 42. Expected at least 100.'],
  ],
  [
    'a command as text',
    staging('verify: [{ run: { service: web, command: npm test } }]'),
    ['windlass.yaml:5:46 environments.staging.verify[0].run.command: is a string. Expected a list.'],
  ],
  [
    'an approval by nobody',
    staging('approval: { from: [] }'),
    ['windlass.yaml:5:17 environments.staging.approval.from: is empty. Name at least one person.'],
  ],
  [
    'an approval by more than there are',
    staging('approval: { from: [ops@example.com], count: 2 }'),
    [
      'windlass.yaml:5:49 environments.staging.approval.count: is 2, but only 1 may decide. Name more people, or require fewer.',
    ],
  ],
  [
    'a person twice',
    staging('approval: { from: [ops@example.com, ops@example.com] }'),
    ['windlass.yaml:5:41 environments.staging.approval.from[1]: is a duplicate. A person decides once.'],
  ],
  [
    'a person twice, in another spelling',
    staging('approval: { from: [ops@example.com, " OPS@example.com"], count: 2 }'),
    [
      'windlass.yaml:5:41 environments.staging.approval.from[1]: is a duplicate. A person decides once.',
      'windlass.yaml:5:69 environments.staging.approval.count: is 2, but only 1 may decide. Name more people, or require fewer.',
    ],
  ],
  [
    'no time to decide',
    staging('approval: { from: [ops@example.com], timeout: 0s }'),
    ['windlass.yaml:5:51 environments.staging.approval.timeout: is zero. Write how long to wait, such as 30s.'],
  ],
  [
    'a soak without end',
    staging('soak: 99999999999999999999d'),
    ['windlass.yaml:5:11 environments.staging.soak: is longer than a year. Write 365d at most.'],
  ],
  [
    'a variable that JavaScript keeps to itself',
    staging('variables: { __proto__: x, toString: y, constructor: z }'),
    [
      'windlass.yaml:5:18 environments.staging.variables.__proto__: is a reserved name. Choose another one.',
      'windlass.yaml:5:32 environments.staging.variables.toString: is a reserved name. Choose another one.',
      'windlass.yaml:5:45 environments.staging.variables.constructor: is a reserved name. Choose another one.',
    ],
  ],
  [
    'a starter who perhaps may',
    staging('approval: { from: [ops@example.com], starter: perhaps }'),
    ['windlass.yaml:5:51 environments.staging.approval.starter: is "perhaps". Expected may or may-not.'],
  ],
  [
    'a strategy that is none',
    staging('strategy: big-bang'),
    [
      'windlass.yaml:5:15 environments.staging.strategy: is "big-bang". Expected blue-green, recreate, rolling or canary: { … }.',
    ],
  ],
  [
    'a canary without steps',
    staging('strategy: canary'),
    [
      'windlass.yaml:5:15 environments.staging.strategy: is canary without its settings. Write canary: { … }; for its keys: windlass docs.',
    ],
  ],
  [
    'a strategy with settings that are none',
    staging('strategy: { rolling: { bach: 2 } }'),
    ['windlass.yaml:5:28 environments.staging.strategy.rolling.bach: is not known here. Did you mean "batch"?'],
  ],
  [
    'two strategies at once',
    staging(
      'routes: [{ service: web, host: a.example.com }]',
      'strategy: { rolling: {}, canary: { steps: [{ weight: 1, soak: 1s }] } }',
    ),
    [
      'windlass.yaml:6:5 environments.staging.strategy: has rolling and canary at once. Write one of blue-green, recreate, rolling, canary.',
    ],
  ],
  [
    'weights that do not grow',
    staging(
      'routes: [{ service: web, host: a.example.com }]',
      'strategy: { canary: { steps: [{ weight: 20, soak: 1s }, { weight: 10, soak: 1s }] } }',
    ),
    [
      'windlass.yaml:6:71 environments.staging.strategy.canary.steps[1].weight: is 10, but the step before has 20. Expected a greater weight in every step; the last is followed by all traffic.',
    ],
  ],
  [
    'a canary without routes',
    staging('strategy: { canary: { steps: [{ weight: 20, soak: 1s }] } }'),
    [
      'windlass.yaml:5:5 environments.staging.strategy: is canary, which splits requests, but there are no routes. Add routes, or use blue-green.',
    ],
  ],
  [
    'one host after the other, of one',
    staging('routes: [{ service: web, host: a.example.com }]', 'strategy: { rolling: { of: hosts } }'),
    [
      'windlass.yaml:6:5 environments.staging.strategy: is rolling by hosts, but there is one host, so all would be switched at once. Use a smaller batch, of: instances, or blue-green.',
    ],
  ],
  [
    'a command without undo',
    services('api:', '  before:', '    - command: [node, migrate.js]'),
    ['windlass.yaml:5:9 services.api.before[0]: has no undo. Write undo: [command], or irreversible: true.'],
  ],
  [
    'a command with undo that is irreversible',
    services('api: { before: [{ command: [a], undo: [b], irreversible: true }] }'),
    ['windlass.yaml:3:19 services.api.before[0]: has an undo and is irreversible. Keep one of the two.'],
  ],
  [
    'a command that is not irreversible',
    services('api: { before: [{ command: [a], irreversible: false }] }'),
    ['windlass.yaml:3:49 services.api.before[0].irreversible: is not true. Write true, or an undo: undo: [command].'],
  ],
  [
    'an accessory in the background',
    services('db: { accessory: true, background: true }'),
    [
      'windlass.yaml:3:26 services.db.background: does not apply to an accessory, which outlives releases. Keep one of the two.',
    ],
  ],
  [
    'an accessory with commands',
    services('db: { accessory: true, before: [{ command: [a], undo: [b] }] }'),
    [
      'windlass.yaml:3:26 services.db.before: does not apply to an accessory. Move it to a released service, whose new image runs it.',
    ],
  ],
  [
    'an accessory with replicas',
    services('db: { accessory: true, replicas: 3 }'),
    ['windlass.yaml:3:26 services.db.replicas: is 3. An accessory keeps data and has one instance.'],
  ],
  [
    'no replicas',
    services('api: { replicas: 0 }'),
    ['windlass.yaml:3:20 services.api.replicas: is 0. Expected at least 1.'],
  ],
  [
    'a service of the name of records',
    services('windlass: { background: true }'),
    [
      "windlass.yaml:3:3 services.windlass: is the name of windlass's own repository in the registry. Rename the service.",
    ],
  ],
  [
    'an environment whose names could be another application’s',
    'app: shop\nenvironments: { eu-west: { hosts: [local] } }',
    [
      'windlass.yaml:2:17 environments.eu-west: is not an environment\'s name. Write lowercase letters, digits and underscores, a letter first, such as "staging" or "eu_west".',
    ],
  ],
  [
    'a compose file elsewhere',
    `compose: [../docker-compose.yml, /etc/compose.yml]\n${staging()}`,
    [
      "windlass.yaml:1:11 compose[0]: is outside the repository. Write a path below this file's folder.",
      "windlass.yaml:1:34 compose[1]: is outside the repository. Write a path below this file's folder.",
    ],
  ],
  [
    'no compose file',
    `compose: []\n${staging()}`,
    ['windlass.yaml:1:1 compose: is empty. Name a compose file, or omit the key for the one compose finds.'],
  ],
  [
    'many at once, in the order of the text',
    [
      'app: Shop',
      'environments:',
      '  staging:',
      '    hosts: [local]',
      '    soak: 5',
      '    retenton: 3',
      '    variables: { API_KEY: abc }',
    ].join('\n'),
    [
      'windlass.yaml:1:6 app: is not a name. Write lowercase letters, digits and hyphens, a letter first, such as "shop".',
      'windlass.yaml:5:11 environments.staging.soak: is not a duration. Write a number and a unit, such as 500ms, 30s, 5m, 72h or 14d.',
      'windlass.yaml:6:5 environments.staging.retenton: is not known here. Did you mean "retention"?',
      'windlass.yaml:7:27 environments.staging.variables.API_KEY: looks like a literal secret. Declare it under secrets as API_KEY: { env: API_KEY }, which only the worker reads. If it is not a secret, list it under notSecret.',
    ],
  ],
  [
    'more to go back to than is remembered',
    staging('retention: 21'),
    ['windlass.yaml:5:16 environments.staging.retention: is 21. Expected at most 20.'],
  ],
  [
    'two environments of one project on one host',
    `app: shop
environments:
  staging: { hosts: [local], project: shop }
  production: { hosts: [local], project: shop }
  west: { hosts: ['unix:///other'], project: shop }
`,
    [
      'windlass.yaml:4:42 environments.production.project: is shop, also the project of staging on the same host: both would use the same volumes. Name it only where it runs today; the other environment gets its own volumes.',
    ],
  ],
  [
    'a project that compose would not take',
    "app: shop\nenvironments: { staging: { hosts: [local], project: 'My Shop' } }\n",
    [
      "windlass.yaml:2:53 environments.staging.project: is not a compose project's name. Write lowercase letters, digits, hyphens and underscores, as `docker compose ls` prints it.",
    ],
  ],
];

test.each(BAD)('%s', (_, text, problems) => expect(problemsOf(text)).toEqual(problems));

test('a key that is mistyped is one mistake, though its right name is missing', () => {
  const text = 'app: shop\nenviroments:\n  staging:\n    hosts: [local]\n';
  expect(parseManifest('windlass.yaml', text).problems.map(describeProblem)).toEqual([
    'windlass.yaml:2:1 enviroments: is not known here. Did you mean "environments"?',
  ]);
});
