import { parseManifest } from '../../../src/manifest/parse';
import { checkData } from '../../../src/manifest/rules/data';
import { checkServices } from '../../../src/manifest/rules/services';
import { describeProblem } from '../../../src/model/text/problem';
import type { Service, Volume } from '../../../src/model/service';

const service = (name: string, more: Partial<Service> = {}): Service => ({
  name,
  kind: 'released',
  image: '',
  replicas: 1,
  dependsOn: [],
  networks: [],
  container: { environment: {}, mounts: [], ports: [], expose: [] },
  before: [],
  healthyWithinMs: 0,
  drainMs: 0,
  ...more,
});
const published = (name: string, host: number) =>
  service(name, {
    kind: 'accessory',
    container: {
      environment: {},
      mounts: [],
      ports: [{ container: 5432, host: String(host), protocol: 'tcp' }],
      expose: [],
    },
  });

function check(text: string, services: Record<string, Service[]>): string[] {
  const { manifest, problems, point } = parseManifest('windlass.yaml', text);
  expect(problems).toEqual([]);
  return checkServices(manifest!, services, 'windlass').map((finding) => describeProblem(point(finding)));
}

const TWO = 'app: shop\nenvironments:\n  staging: { hosts: [local] }\n  production: { hosts: [local] }\n';

test('names of services', () => {
  const text = `app: shop
services: { wrker: { background: true } }
environments:
  staging:
    hosts: [local]
    routes: [{ service: wbe, host: a.example.com }]
    verify: [{ run: { service: apo, command: [a] } }]
`;
  expect(check(text, { staging: [service('web'), service('api'), service('worker')] })).toEqual([
    'windlass.yaml:2:13 services.wrker: is not a service in the compose files. Did you mean "worker"?',
    'windlass.yaml:6:25 environments.staging.routes[0].service: is not a service in the compose files (wbe). Did you mean "web"?',
    'windlass.yaml:7:32 environments.staging.verify[0].run.service: is not a service in the compose files (apo). Did you mean "api"?',
  ]);
});

test('a service of one environment alone may have an entry', () => {
  expect(
    check(`services: { mail: {} }\n${TWO}`, {
      staging: [service('web'), service('mail')],
      production: [service('web')],
    }),
  ).toEqual([]);
});

test('a change that cannot be undone, of a service that is recreated in every release', () => {
  const text = `services: { web: { irreversible: true } }\n${TWO}`;
  expect(check(text, { staging: [service('web')], production: [service('web')] })).toEqual([
    'windlass.yaml:1:20 services.web.irreversible: applies to accessories only, and web is released. Move it to a command under before, or remove it.',
  ]);
});

test('commands of an accessory that is one by its volume', () => {
  const text = `services: { db: { before: [{ command: [a], irreversible: true }] } }\napp: shop\nenvironments: { staging: { hosts: [local] } }`;
  expect(check(text, { staging: [service('web'), service('db', { kind: 'accessory' })] })).toEqual([
    'windlass.yaml:1:19 services.db.before: does not apply to an accessory: db keeps data and has no build. Move it to a released service, or write accessory: false.',
  ]);
});

test('a service that is called like an instance of another', () => {
  const text = 'app: shop\nenvironments: { staging: { hosts: [local] } }';
  const services = [service('web', { replicas: 3 }), service('web-3'), service('web-4')];
  expect(check(text, { staging: services })).toEqual([
    'windlass.yaml:2:17 environments.staging: has a service web-3, and an instance of web (3 instances) has the same name. Rename web-3.',
  ]);
});

test('names that would not resolve', () => {
  const text = 'app: a-very-long-name-of-an-application\nenvironments: { production: { hosts: [local] } }';
  expect(check(text, { production: [service('frontend')] })).toEqual([
    'windlass.yaml:2:17 environments.production: makes container names too long: windlass-a-very-long-name-of-an-application-production-0123456789-12-e619377d has 77 characters, but DNS allows 63. Shorten app or environment by 14.',
  ]);
});

test('accessories of two environments that publish the same port of a host', () => {
  expect(
    check(TWO, {
      staging: [service('web'), published('db', 5432)],
      production: [service('web'), published('db', 5432)],
    }),
  ).toEqual([
    'windlass.yaml:4:3 environments.production: publishes port 5432 of local for db, but db of staging already publishes it. Do not publish it (services.db.publish: false), or use a variable for the port in the compose file.',
  ]);
  expect(
    check(TWO, {
      staging: [service('web'), published('db', 5432)],
      production: [service('web'), published('db', 5433)],
    }),
  ).toEqual([]);
});

test('nothing to release', () => {
  expect(check(TWO, { staging: [service('web')], production: [service('db', { kind: 'accessory' })] })).toEqual([
    'windlass.yaml:4:3 environments.production: has no released service, only accessories. To release one: services.NAME.accessory: false, with strategy: recreate if its volume allows one instance at a time.',
  ]);
});

test('a port of the host has one instance', () => {
  const { container } = published('web', 8080);
  const web = service('web', { replicas: 2, container });
  const [found] = check('app: shop\nenvironments: { staging: { hosts: [local], strategy: recreate } }', {
    staging: [web],
  });
  expect(found).toContain(
    'windlass.yaml:2:17 environments.staging: publishes port 8080 of local for web, whose 2 instances cannot share it. Add a route, or run one instance (services.web.replicas: 1).',
  );
});

test('rolling needs several instances of what is routed', () => {
  const text = (batch: string) => `app: shop
environments:
  staging: { hosts: [local], routes: [{ service: web, host: a.example.com }], strategy: { rolling: { batch: ${batch} } } }`;
  expect(check(text('1'), { staging: [service('web'), service('api', { replicas: 3 })] })).toEqual([
    'windlass.yaml:3:79 environments.staging.strategy: is rolling, but web has one instance on each host, so all would be replaced at once. Use more replicas, a smaller batch, of: hosts with several hosts, or blue-green.',
  ]);
  expect(check(text('3'), { staging: [service('web', { replicas: 3 })] })[0]).toContain(
    'web has at most 3 instances per host, and a batch is 3',
  );
  expect(check(text('25%'), { staging: [service('web', { replicas: 2 })] })).toEqual([]);
});

test('what cannot be undone is not done while two releases answer', () => {
  const text = `app: shop
environments:
  staging: { hosts: [local], routes: [{ service: web, host: a.example.com }], strategy: { canary: { steps: [{ weight: 9, soak: 1s }] } } }`;
  const api = service('api', {
    before: [
      { command: ['up'], undo: ['down'] },
      { command: ['drop'], irreversible: true },
    ],
  });
  expect(check(text, { staging: [service('web'), api] })).toEqual([
    'windlass.yaml:3:79 environments.staging.strategy: is canary, during which two releases serve, but services.api.before[1] cannot be undone: the old release would work with its changes. Add an undo (undo: [command]), or use blue-green or recreate.',
  ]);
});

test('a volume that is there already is written to by one environment of a host', () => {
  const db = (readOnly = false) =>
    service('db', {
      kind: 'accessory',
      container: {
        environment: {},
        mounts: [{ type: 'volume', volume: 'data', target: '/data', readOnly }],
        ports: [],
        expose: [],
      },
    });
  const found = (production: Service, external: string, text = TWO) => {
    const { manifest } = parseManifest('windlass.yaml', text);
    const volumes = (name: string) => [{ name: 'data', external: name }];
    return checkData(manifest!, {
      staging: { services: [db()], volumes: volumes('legacy') },
      production: { services: [production], volumes: volumes(external) },
    }).map(({ message }) => message);
  };
  expect(found(db(), 'legacy')).toEqual([
    'mounts the volume legacy of local in db, which db of staging already writes to. Use a variable for its name in the compose file, or mount it read-only',
  ]);
  expect(found(db(), 'other')).toEqual([]);
  expect(found(db(true), 'legacy')).toEqual([]);
  const apart = TWO.replace('production: { hosts: [local] }', 'production: { hosts: [unix:///run/other.sock] }');
  expect(found(db(), 'legacy', apart)).toEqual([]);
});

test('a volume of the network is one place, whichever host mounts it', () => {
  const db = (more: Partial<Service> = {}) =>
    service('db', {
      container: {
        environment: {},
        mounts: [{ type: 'volume', volume: 'data', target: '/data' }],
        ports: [],
        expose: [],
      },
      ...more,
    });
  const nfs = { name: 'data', options: { type: 'nfs', o: 'addr=10.0.0.1,rw', device: ':/export' } };
  const found = (staging: Service, production: Service, volume: Volume) => {
    const hosts = '[{ name: a, address: "ssh://ops@a" }, { name: b, address: "ssh://ops@b" }]';
    const text = TWO.replace('production: { hosts: [local] }', `production: { hosts: ${hosts} }`);
    return checkData(parseManifest('windlass.yaml', text).manifest!, {
      staging: { services: [staging], volumes: [volume] },
      production: { services: [production], volumes: [volume] },
    }).map(({ message }) => message);
  };
  const readOnly = db();
  readOnly.container.mounts = [];
  expect(found(readOnly, db(), nfs)).toEqual([
    'are several for db (a, b), which would all write to its volume data of the network (nfs 10.0.0.1 :/export). ' +
      'Give it a group of one host: groups: { data: { hosts: [a], services: { db: 1 } } }; or declare data shared under services.db.volumes',
  ]);
  expect(found(db(), db({ shared: ['data'] }), nfs)).toEqual([
    expect.stringContaining(
      'mounts the volume nfs 10.0.0.1 :/export of a in db, which db of staging already writes to',
    ),
    expect.stringContaining('of b in db, which db of staging'),
  ]);
  expect(found(db({ shared: ['data'] }), db({ shared: ['data'] }), nfs)).toEqual([]);
  expect(found(db(), db(), { name: 'data' })).toEqual([]);
});
