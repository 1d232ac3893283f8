import type { ComposeModel, ComposeService } from '../../../src/compose/model';
import { unescapeDollars } from '../../../src/compose/model';
import { readCompose } from '../../../src/compose/read';
import { toMs, toPorts } from '../../../src/compose/units';
import type { ServiceWishes, Wishes } from '../../../src/compose/wishes';
import { NO_WISHES } from './fixtures';
import { writePath } from '../../../src/model/path';

const SAID: ServiceWishes = {
  background: false,
  before: [],
  healthyWithin: 60_000,
  drain: 10_000,
  publish: true,
  volumes: {},
};
const WISHES: Wishes = { ...NO_WISHES, secrets: ['TOKEN'], notSecret: ['PUBLIC_TOKEN'] };

const modelOf = (services: Record<string, ComposeService>): ComposeModel => ({
  name: 'shop-staging',
  services,
  networks: { default: { name: 'shop-staging_default', ipam: {} } },
});
const read = (services: Record<string, ComposeService>, wishes: Partial<Wishes> = {}) =>
  readCompose(modelOf(services), { ...WISHES, ...wishes });
const sentences = (found: { path: (string | number)[]; message: string }[]) =>
  found.map(({ path, message }) => `${writePath(path)}: ${message}`);

const route = { service: 'web', host: 'shop.example.com', path: '/' };

describe('kinds', () => {
  const data = { type: 'volume', source: 'data', target: '/data' };
  const kindOf = (service: ComposeService, said: Partial<ServiceWishes> = {}) =>
    read({ a: service }, { services: { a: { ...SAID, ...said } } }).services[0]!.kind;

  test('a named volume and nothing to build makes an accessory', () => {
    expect(kindOf({ image: 'postgres', volumes: [data] })).toBe('accessory');
    expect(kindOf({ image: 'nginx' })).toBe('released');
    expect(kindOf({ build: { context: '.' }, volumes: [data] })).toBe('released');
    expect(kindOf({ image: 'nginx', volumes: [{ type: 'volume', target: '/data' }] })).toBe('released');
  });
  test('the manifest has the last word', () => {
    expect(kindOf({ image: 'redis' }, { accessory: true })).toBe('accessory');
    expect(kindOf({ image: 'postgres', volumes: [data] }, { accessory: false })).toBe('released');
    expect(kindOf({ image: 'worker' }, { background: true })).toBe('background');
  });
});

describe('routes', () => {
  const portOf = (service: ComposeService, more: object = {}) => {
    const { routes, routeProblems } = read({ web: service }, { routes: [{ ...route, ...more }] });
    return routeProblems.length > 0 ? sentences(routeProblems) : routes.map(({ port }) => port);
  };
  const tcp = (target: number) => ({ target, published: String(target), protocol: 'tcp' });

  test('the port is what the manifest says, else what is published, else the lowest that is exposed', () => {
    expect(portOf({ image: 'a', ports: [tcp(80)] }, { port: 8080 })).toEqual([8080]);
    expect(portOf({ image: 'a', ports: [tcp(80)], expose: ['70'] })).toEqual([80]);
    expect(portOf({ image: 'a', expose: ['9000-9002', '53/udp', '8000'] })).toEqual([8000]);
  });
  test('no port and several are refused', () => {
    expect(portOf({ image: 'a' })).toEqual([
      'routes[0]: does not say to which port of web, and the compose file publishes and exposes none. Write port:',
    ]);
    expect(portOf({ image: 'a', ports: [tcp(80), tcp(81)] })).toEqual([
      'routes[0]: does not say to which port of web: the compose file publishes 80, 81. Write port:',
    ]);
  });
  test('an accessory has none', () => {
    const volumes = [{ type: 'volume', source: 'data', target: '/data' }];
    expect(portOf({ image: 'a', volumes, ports: [tcp(80)] })).toEqual([
      'routes[0]: leads to web, an accessory: it has a named volume and no build, and stays while releases come and go. ' +
        'Write services.web.accessory: false, or remove the route',
    ]);
  });
});

describe('what one instance alone may have', () => {
  const web: ComposeService = {
    build: { context: '.' },
    ports: [
      { target: 80, published: '8080', protocol: 'tcp' },
      { target: 22, published: '2222', protocol: 'tcp' },
    ],
    volumes: [{ type: 'volume', source: 'data', target: '/data' }],
  };

  test('is refused where an old and a new instance stand beside each other, with the strategy that can', () => {
    const said = sentences(read({ web }).problems);
    expect(said).toHaveLength(2);
    expect(said.every((sentence) => sentence.includes('strategy: recreate, which'))).toBe(true);
  });
  test('is kept where they do not; what is routed is no port of the host', () => {
    const kept = (routes: Wishes['routes']) => read({ web }, { sideBySide: false, routes }).services[0]!.container;
    expect(kept([])).toMatchObject({
      mounts: [{ type: 'volume', volume: 'data', target: '/data' }],
      ports: [
        { container: 80, host: '8080', protocol: 'tcp' },
        { container: 22, host: '2222', protocol: 'tcp' },
      ],
    });
    expect(kept([{ ...route, port: 80 }]).ports).toEqual([{ container: 22, host: '2222', protocol: 'tcp' }]);
  });
});

describe('environment and secrets', () => {
  test('a reference is kept as it is', () => {
    const { services, problems } = read({
      a: { image: 'a', environment: { TOKEN: '{{secret:TOKEN}}', URL: 'http://u:{{secret:TOKEN}}@h' } },
    });
    expect(problems).toEqual([]);
    expect(services[0]!.container.environment).toEqual({
      TOKEN: '{{secret:TOKEN}}',
      URL: 'http://u:{{secret:TOKEN}}@h',
    });
  });

  test.each<[name: string, service: ComposeService, problem: string]>([
    [
      'written out',
      { environment: { DB_PASSWORD: 'hunter2' } },
      'services.a.environment.DB_PASSWORD: looks like a secret that is written out. Write DB_PASSWORD: ${DB_PASSWORD:-…} here, with what a ' +
        'laptop may use, and declare DB_PASSWORD under secrets of the environment in windlass.yaml; if it is none, list it there under notSecret',
    ],
    [
      'of the machine',
      { environment: { MODE: null } },
      'services.a.environment.MODE: takes its value from wherever compose runs. Declare it under variables or secrets of the environment, or remove it',
    ],
    [
      'not declared',
      { environment: { X: '{{secret:TOKN}}' } },
      'services.a.environment.X: refers to the secret TOKN, which the environment does not declare. Did you mean "TOKEN"?',
    ],
    [
      'in a label',
      { labels: { token: '{{secret:TOKEN}}' } },
      'services.a.labels.token: holds the secret TOKEN, which would be recorded or shown there. Secrets may stand under environment, command, entrypoint and healthcheck',
    ],
    [
      'for the build',
      { build: { context: '.', args: { TOKEN: '{{secret:TOKEN}}' } } },
      'services.a.build.args.TOKEN: gives the secret TOKEN to the build, and whoever has the image could read it. Read it when the container runs, from the environment',
    ],
  ])('refused: %s', (_, service, problem) =>
    expect(sentences(read({ a: { image: 'a', ...service } }).problems)).toEqual([problem]),
  );

  test('in a command it is told', () => {
    expect(sentences(read({ a: { image: 'a', command: ['--pass', '{{secret:TOKEN}}'] } }).told)).toEqual([
      'services.a.command[1]: holds the secret TOKEN: everybody on the host can read it in the list of processes. Better take it from the environment',
    ]);
  });
});

describe('a service that others wait for', () => {
  const services = {
    migrate: { image: 'a', ports: [{ target: 80 }], scale: 3 },
    web: { image: 'a', depends_on: { migrate: { condition: 'service_completed_successfully' } } },
  };
  const migrate = (completes?: ServiceWishes['completes']) => {
    const { services: all, problems, told } = read(services, { services: { migrate: { ...SAID, completes } } });
    return { service: all[0]!, problems, told: sentences(told) };
  };

  test('runs once, with its own command', () => {
    const { service, problems, told } = migrate();
    expect(problems).toEqual([]);
    expect(service).toMatchObject({ kind: 'one-off', replicas: 1, before: [{ command: [] }] });
    expect(service.container.ports).toEqual([]);
    expect(told).toEqual([
      expect.stringMatching(/^services.migrate: runs once in each release, and what it does stays/),
    ]);
  });
  test('says how it is undone', () => {
    expect(migrate({ undo: ['down'] })).toMatchObject({
      told: [],
      service: { before: [{ command: [], undo: ['down'] }] },
    });
    expect(migrate({ irreversible: true }).service.before).toEqual([{ command: [], irreversible: true }]);
  });
});

describe('a named volume of a released service', () => {
  const web = { build: { context: '.' }, volumes: [{ type: 'volume', source: 'data', target: '/data' }] };
  const refusal = (said: ServiceWishes['volumes'], sideBySide = true) =>
    sentences(read({ web }, { sideBySide, services: { web: { ...SAID, volumes: said } } }).problems);

  test('is shared, or exclusive with recreate; the manifest says which', () => {
    expect(refusal({ data: 'shared' })).toEqual([]);
    expect(refusal({ data: 'exclusive' }, false)).toEqual([]);
    expect(refusal({})).toEqual([
      'services.web.volumes[0]: mounts the volume data, which the old and the new instance would share for the length of a soak. Say whether ' +
        'they may, under services.web.volumes of windlass.yaml: { data: shared }, or { data: exclusive } with strategy: recreate, which is an outage; ' +
        'or write accessory: true if the service shall stay while releases come and go',
    ]);
    expect(refusal({ data: 'exclusive' })).toEqual([
      'services.web.volumes[0]: mounts the volume data, which is exclusive: the old instance must stop before the new one starts, with an ' +
        'outage that the plan says. Write strategy: recreate for the environment, or shared',
    ]);
  });
});

describe('ports without a route', () => {
  const ports = [{ target: 25, published: '2525', protocol: 'tcp' }];
  const readMail = (wishes: Partial<Wishes>) => {
    const { services, problems } = read({ mail: { image: 'a', ports } }, wishes);
    return problems.length > 0 ? sentences(problems) : services[0]!.container.ports;
  };

  test('are published where the old instance stops first', () => {
    expect(readMail({ sideBySide: false })).toEqual([{ container: 25, host: '2525', protocol: 'tcp' }]);
    expect(readMail({})).toEqual([expect.stringMatching(/^services.mail.ports: publishes 2525 on the host/)]);
    expect(readMail({ sideBySide: false, services: { mail: { ...SAID, replicas: 2 } } })).toEqual([
      expect.stringMatching(/which the 2 instances of mail cannot all do/),
    ]);
  });
});

describe('dependencies', () => {
  const on = (condition: string, required = true) => ({ depends_on: { b: { condition, required } } });
  const dependsOn = (services: Record<string, ComposeService>, wishes?: Partial<Wishes>) => {
    const { services: all, problems } = read(services, wishes);
    return problems.length > 0 ? sentences(problems) : all.find(({ name }) => name === 'a')!.dependsOn;
  };
  const volumes = [{ type: 'volume', source: 'data', target: '/data' }];

  test('are carried', () => {
    expect(dependsOn({ a: { image: 'a', ...on('service_healthy') }, b: { image: 'b' } })).toEqual([
      { service: 'b', condition: 'healthy' },
    ]);
    expect(dependsOn({ a: { image: 'a', ...on('service_started') }, b: { image: 'b' } })).toEqual([
      { service: 'b', condition: 'started' },
    ]);
    expect(dependsOn({ a: { image: 'a', ...on('service_started', false) } })).toEqual([]);
  });
  test.each<
    [name: string, services: Record<string, ComposeService>, said: Record<string, ServiceWishes>, problem: string]
  >([
    [
      'on the end of an accessory',
      { a: { image: 'a', ...on('service_completed_successfully') }, b: { image: 'b' } },
      { b: { ...SAID, accessory: true } },
      'waits until b has ended, which is an accessory',
    ],
    [
      'of one that runs once',
      {
        a: { image: 'a', ...on('service_started') },
        b: { image: 'b' },
        c: { image: 'c', depends_on: { a: { condition: 'service_completed_successfully' } } },
      },
      {},
      'waits for b, a released service, but runs once before any of them starts',
    ],
    [
      'of an accessory',
      { a: { image: 'a', volumes, ...on('service_started') }, b: { image: 'b' } },
      {},
      'makes an accessory wait for b',
    ],
    [
      'on a background service',
      { a: { image: 'a', ...on('service_started') }, b: { image: 'b' } },
      { b: { ...SAID, background: true } },
      'waits for b, a background service',
    ],
  ])('refused: %s', (_, services, said, problem) => {
    expect(dependsOn(services, { services: said })).toEqual([
      expect.stringMatching(`^services.a.depends_on.b: ${problem}`),
    ]);
  });
});

test('units', () => {
  expect(['1m30s', '500ms', '1.5h', '0s', '10s'].map(toMs)).toEqual([90_000, 500, 5_400_000, 0, 10_000]);
  expect(toPorts('80')).toEqual({ ports: [80], protocol: 'tcp' });
  expect(toPorts('53-54/udp')).toEqual({ ports: [53, 54], protocol: 'udp' });
});

test('$$ is how compose prints a $', () => {
  expect(unescapeDollars({ a: ['$$HOME', 'pa$$$$x'], b: null, c: 1 })).toEqual({
    a: ['$HOME', 'pa$$x'],
    b: null,
    c: 1,
  });
});
