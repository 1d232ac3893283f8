import { parseManifest } from '../../../src/manifest/parse';
import { checkData } from '../../../src/manifest/rules-data';
import { checkServices } from '../../../src/manifest/rules-services';
import { describeProblem } from '../../../src/model/problem';
import type { Service } from '../../../src/model/service';

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
    'windlass.yaml:2:13 services.wrker: is not a service of the compose files. Did you mean "worker"?',
    'windlass.yaml:6:25 environments.staging.routes[0].service: is not a service of the compose files (wbe). Did you mean "web"?',
    'windlass.yaml:7:32 environments.staging.verify[0].run.service: is not a service of the compose files (apo). Did you mean "api"?',
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

test('a change that cannot be undone, of a service that is made anew in every release', () => {
  const text = `services: { web: { irreversible: true } }\n${TWO}`;
  expect(check(text, { staging: [service('web')], production: [service('web')] })).toEqual([
    'windlass.yaml:1:20 services.web.irreversible: is said of web, which is no accessory. Say it of a command under before, or remove it.',
  ]);
});

test('commands of an accessory that is one by its volume', () => {
  const text = `services: { db: { before: [{ command: [a], irreversible: true }] } }\napp: shop\nenvironments: { staging: { hosts: [local] } }`;
  expect(check(text, { staging: [service('web'), service('db', { kind: 'accessory' })] })).toEqual([
    'windlass.yaml:1:19 services.db.before: is said of an accessory: db has a named volume and no build. Move it to a released service, or write accessory: false.',
  ]);
});

test('a service that is called like an instance of another', () => {
  const text = 'app: shop\nenvironments: { staging: { hosts: [local] } }';
  const services = [service('web', { replicas: 3 }), service('web-3'), service('web-4')];
  expect(check(text, { staging: services })).toEqual([
    'windlass.yaml:2:17 environments.staging: has a service web-3, and web with 3 instances, of which one has the same name. Rename web-3.',
  ]);
});

test('names that would not resolve', () => {
  const text = 'app: a-very-long-name-of-an-application\nenvironments: { production: { hosts: [local] } }';
  expect(check(text, { production: [service('frontend')] })).toEqual([
    'windlass.yaml:2:17 environments.production: makes names that are too long for the network: ' +
      'windlass-a-very-long-name-of-an-application-production-0123456789-12-frontend has 77 signs, 63 resolve. Shorten app, environment or service by 14.',
  ]);
});

test('accessories of two environments that publish the same port of a host', () => {
  expect(
    check(TWO, {
      staging: [service('web'), published('db', 5432)],
      production: [service('web'), published('db', 5432)],
    }),
  ).toEqual([
    'windlass.yaml:4:3 environments.production: publishes port 5432 of local for db, which db of staging publishes already. ' +
      'Publish it nowhere (services.db.publish: false), or on another port by a variable in the compose file.',
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
    'windlass.yaml:4:3 environments.production: has accessories alone, so there is nothing to release. Of a service that shall change with ' +
      'releases, write services.NAME.accessory: false, and strategy: recreate where its volume is for one instance at a time.',
  ]);
});

test('a port of the host has one instance', () => {
  const { container } = published('web', 8080);
  const web = service('web', { replicas: 2, container });
  const [found] = check('app: shop\nenvironments: { staging: { hosts: [local], strategy: recreate } }', {
    staging: [web],
  });
  expect(found).toContain('publishes port 8080 of local for web, of which there are 2 instances and one can have it.');
});

test('rolling needs several instances of what is routed', () => {
  const text = (batch: string) => `app: shop
environments:
  staging: { hosts: [local], routes: [{ service: web, host: a.example.com }], strategy: { rolling: { batch: ${batch} } } }`;
  expect(check(text('1'), { staging: [service('web'), service('api', { replicas: 3 })] })).toEqual([
    'windlass.yaml:3:79 environments.staging.strategy: is rolling, but web has one instance on each host: all would be replaced at once. Write more replicas or a smaller batch, of: hosts where there are several, or blue-green.',
  ]);
  expect(check(text('3'), { staging: [service('web', { replicas: 3 })] })[0]).toContain(
    'web has no more than 3 instances on any host, and a batch is 3',
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
    'windlass.yaml:3:79 environments.staging.strategy: is canary, which lets two releases answer at once, and services.api.before[1] cannot be undone: the old one would work on what it changed. Say how it is undone (undo: [command]), or write blue-green or recreate.',
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
    'mounts the volume legacy of local in db, which db of staging writes to already. Name another one by a variable in the compose file, or ' +
      'mount it read-only',
  ]);
  expect(found(db(), 'other')).toEqual([]);
  expect(found(db(true), 'legacy')).toEqual([]);
  const apart = TWO.replace('production: { hosts: [local] }', 'production: { hosts: [unix:///run/other.sock] }');
  expect(found(db(), 'legacy', apart)).toEqual([]);
});
