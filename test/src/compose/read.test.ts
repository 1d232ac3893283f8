import type { ComposeModel, ComposeService, ComposeVolume } from '../../../src/compose/model';
import { unescapeDollars } from '../../../src/compose/model';
import { readCompose } from '../../../src/compose/read';
import { toMs, toPorts } from '../../../src/compose/units';
import type { ServiceOverrides, ComposeOverrides } from '../../../src/compose/overrides';
import { NO_OVERRIDES } from './fixtures';
import { writePath } from '../../../src/model/text/path';

const SAID: ServiceOverrides = {
  background: false,
  before: [],
  healthyWithin: 60_000,
  drain: 10_000,
  publish: true,
  volumes: {},
};
const OVERRIDES: ComposeOverrides = { ...NO_OVERRIDES, secrets: ['TOKEN'], notSecret: ['PUBLIC_TOKEN'] };

const modelOf = (services: Record<string, ComposeService>): ComposeModel => ({
  name: 'shop-staging',
  services,
  networks: { default: { name: 'shop-staging_default', ipam: {} } },
});
const read = (services: Record<string, ComposeService>, overrides: Partial<ComposeOverrides> = {}) =>
  readCompose(modelOf(services), { ...OVERRIDES, ...overrides });
const sentences = (found: { path: (string | number)[]; message: string }[]) =>
  found.map(({ path, message }) => `${writePath(path)}: ${message}`);

const route = { service: 'web', host: 'shop.example.com', path: '/' };

describe('kinds', () => {
  const data = { type: 'volume', source: 'data', target: '/data' };
  const kindOf = (service: ComposeService, said: Partial<ServiceOverrides> = {}) =>
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
  test('what holds anyway is not kept of a protocol', () => {
    const protocolOf = (protocol?: 'http' | 'h2c') =>
      read({ web: { image: 'a' } }, { routes: [{ ...route, port: 80, protocol }] }).routes;
    const plain = { ...route, port: 80 };
    expect([protocolOf(), protocolOf('http'), protocolOf('h2c')]).toEqual([
      [plain],
      [plain],
      [{ ...plain, protocol: 'h2c' }],
    ]);
  });
  test('no port and several are refused', () => {
    expect(portOf({ image: 'a' })).toEqual([
      'routes[0]: needs a port of web: the compose file publishes and exposes none. Write port:',
    ]);
    expect(portOf({ image: 'a', ports: [tcp(80), tcp(81)] })).toEqual([
      'routes[0]: needs a port of web: the compose file publishes 80, 81. Write port:',
    ]);
  });
  test('an accessory has none', () => {
    const volumes = [{ type: 'volume', source: 'data', target: '/data' }];
    expect(portOf({ image: 'a', volumes, ports: [tcp(80)] })).toEqual([
      'routes[0]: leads to web, an accessory, because it has a named volume and no build. Write services.web.accessory: false, or remove the route',
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
    expect(said.every((sentence) => sentence.includes('strategy: recreate'))).toBe(true);
  });
  test('is kept where they do not; what is routed is no port of the host', () => {
    const kept = (routes: ComposeOverrides['routes']) =>
      read({ web }, { sideBySide: false, routes }).services[0]!.container;
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

  test('a variable that nothing gives a value is left out, as compose does it, and told', () => {
    const { services, problems, told } = read({ a: { image: 'a', environment: { MODE: null } } });
    expect(problems).toEqual([]);
    expect(sentences(told)).toEqual([
      expect.stringMatching(/^services.a.environment.MODE: is left out, for nothing gives it a value/),
    ]);
    expect(services[0]!.container.environment).toEqual({});
  });

  test.each<[name: string, service: ComposeService, problem: string]>([
    [
      'not declared',
      { environment: { X: '{{secret:TOKN}}' } },
      'services.a.environment.X: refers to secret TOKN, but the environment does not declare it. Did you mean "TOKEN"?',
    ],
    [
      'in a label',
      { labels: { token: '{{secret:TOKEN}}' } },
      'services.a.labels.token: contains secret TOKEN, which would be recorded or shown. Use secrets only in environment, command, entrypoint and healthcheck',
    ],
    [
      'for the build',
      { build: { context: '.', args: { TOKEN: '{{secret:TOKEN}}' } } },
      "services.a.build.args.TOKEN: passes secret TOKEN to the build, and everyone with the image could read it. Read it in the running container's environment",
    ],
  ])('refused: %s', (_, service, problem) =>
    expect(sentences(read({ a: { image: 'a', ...service } }).problems)).toEqual([problem]),
  );

  test('a secret that is written out is told, is refused where an approval is needed, and gives way to a declared one', () => {
    const environment = { TOKEN: 'tok-4711', DB_PASSWORD: 'hunter2' };
    const tried = read({ a: { image: 'a', environment } });
    expect(tried.services[0]?.container.environment).toEqual({ TOKEN: '{{secret:TOKEN}}', DB_PASSWORD: 'hunter2' });
    expect(tried.problems).toEqual([]);
    const way =
      "Declare DB_PASSWORD under the environment's secrets in windlass.yaml, which replaces this value (windlass check --fix does " +
      'both). If it is not a secret, list it under notSecret';
    expect(sentences(tried.told)).toEqual([
      `services.a.environment.DB_PASSWORD: looks like a literal secret, which everyone with the repository can read. ${way}`,
    ]);
    expect(sentences(read({ a: { image: 'a', environment } }, { needsApproval: true }).problems)).toEqual([
      `services.a.environment.DB_PASSWORD: looks like a literal secret. ${way}`,
    ]);
    const two = { a: { image: 'a', environment }, b: { image: 'b', environment: { TOKEN: 'another' } } };
    expect(sentences(read(two).problems)).toEqual([
      "services.a.environment.TOKEN: differs from its value in b, but secret TOKEN would replace both. Declare a.TOKEN under the environment's secrets, which is for a alone",
      "services.b.environment.TOKEN: differs from its value in a, but secret TOKEN would replace both. Declare b.TOKEN under the environment's secrets, which is for b alone",
    ]);
  });

  test('in a command it is told', () => {
    expect(sentences(read({ a: { image: 'a', command: ['--pass', '{{secret:TOKEN}}'] } }).told)).toEqual([
      'services.a.command[1]: contains secret TOKEN, which everyone on the host can read in the process list. Prefer the environment',
    ]);
  });
});

describe('a service that others wait for', () => {
  const services = {
    migrate: { image: 'a', ports: [{ target: 80 }], scale: 3 },
    web: { image: 'a', depends_on: { migrate: { condition: 'service_completed_successfully' } } },
  };
  const migrate = (completes?: ServiceOverrides['completes']) => {
    const { services: all, problems, told } = read(services, { services: { migrate: { ...SAID, completes } } });
    return { service: all[0]!, problems, told: sentences(told) };
  };

  test('runs once, with its own command', () => {
    const { service, problems, told } = migrate();
    expect(problems).toEqual([]);
    expect(service).toMatchObject({ kind: 'one-off', replicas: 1, before: [{ command: [] }] });
    expect(service.container.ports).toEqual([]);
    expect(told).toEqual([
      expect.stringMatching(/^services.migrate: runs once in each release, and a rollback does not undo it/),
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

describe('a service that runs once although nobody waits for its end', () => {
  const job = (more: Partial<ComposeService> = {}, said: Partial<ServiceOverrides> = {}) => {
    const services = { job: { image: 'a', ...more }, web: { image: 'a' } };
    const { services: all, problems, told } = read(services, { services: { job: { ...SAID, ...said } } });
    return { kind: all[0]!.kind, problems: sentences(problems), told: sentences(told) };
  };

  test('is one if the manifest says how it completes, with data of its own, too', () => {
    const volumes = [{ type: 'volume', source: 'data', target: '/data' }];
    expect(job({ volumes }, { completes: { irreversible: true } })).toEqual({
      kind: 'one-off',
      problems: [],
      told: [],
    });
    expect(job({}, { completes: {} }).kind).toBe('one-off');
  });
  test('is a warning where compose does not start it again', () => {
    const warning =
      'services.job.restart: is no, so an instance that ends stays down, and the release with it fails. ' +
      'Does it end by itself? Write completes: {} under services.job in windlass.yaml: it then runs once per release, before the switch. Else remove restart';
    expect(job({ restart: 'no' })).toEqual({ kind: 'released', problems: [], told: [warning] });
    expect(job({ restart: 'no' }, { completes: { irreversible: true } }).told).toEqual([]);
    expect(job({ restart: 'always' }).told).toEqual([]);
  });
  test('has its place in the compose file where it waits for a service that a release starts', () => {
    const depends_on = { web: { condition: 'service_started' } };
    expect(job({ restart: 'no', depends_on }).told).toEqual([
      expect.stringMatching(/Does it end by itself\? It waits for web, .*Give it a profile, .*Else remove restart$/),
    ]);
  });
});

describe('a named volume of a released service', () => {
  const web = { build: { context: '.' }, volumes: [{ type: 'volume', source: 'data', target: '/data' }] };
  const refusal = (said: ServiceOverrides['volumes'], sideBySide = true) =>
    sentences(read({ web }, { sideBySide, services: { web: { ...SAID, volumes: said } } }).problems);

  test('is shared, or exclusive with recreate; the manifest says which', () => {
    expect(refusal({ data: 'shared' })).toEqual([]);
    expect(refusal({ data: 'exclusive' }, false)).toEqual([]);
    expect(refusal({})).toEqual([
      'services.web.volumes[0]: mounts the volume data, which the old and the new instance would share during the soak. Declare it under services.web.volumes of windlass.yaml: { data: shared }, or { data: exclusive } with strategy: recreate (an outage); or write accessory: true if the service outlives releases',
    ]);
    expect(refusal({ data: 'exclusive' })).toEqual([
      'services.web.volumes[0]: mounts the volume data, which is exclusive, so the old instance must stop before the new one starts: an outage. Write strategy: recreate for the environment, or declare it shared',
    ]);
  });
});

describe('what keeps data', () => {
  const mounts = (...volumes: Partial<ComposeVolume>[]) => ({
    image: 'a',
    volumes: volumes.map((one) => ({ type: 'volume', target: '/data', ...one })),
  });
  const folder = { type: 'bind', source: '/srv/pg' };
  const kindOf = (service: ComposeService, overrides: Partial<ComposeOverrides> = {}) =>
    read({ db: service }, overrides).services[0]!.kind;

  test('makes an accessory of an image: a volume, a folder of the host, a volume that the image declares', () => {
    expect(kindOf(mounts({ type: 'volume', source: 'data' }))).toBe('accessory');
    expect(kindOf(mounts(folder))).toBe('accessory');
    expect(kindOf({ image: 'a' }, { declared: { db: ['/data'] } })).toBe('accessory');
  });
  test('does not, where it is read-only, a file, a socket, or covered by what goes', () => {
    expect(kindOf(mounts({ type: 'volume', source: 'data', read_only: true }))).toBe('released');
    expect(kindOf(mounts({ ...folder, read_only: true }))).toBe('released');
    expect(kindOf(mounts({ type: 'bind', source: '/var/run/docker.sock' }))).toBe('released');
    expect(kindOf({ image: 'a', tmpfs: ['/data/:size=1m'] }, { declared: { db: ['/data'] } })).toBe('released');
  });
  test('is asked about of a folder as of a volume, and what is said stands in the service', () => {
    const released = (volumes: ServiceOverrides['volumes'], more: Partial<ServiceOverrides> = {}) =>
      read({ db: mounts(folder) }, { services: { db: { ...SAID, accessory: false, volumes, ...more } } });
    expect(sentences(released({}).problems)).toEqual([
      expect.stringMatching(
        /^services.db.volumes\[0\]: mounts the folder \/srv\/pg, which the old and the new instance/,
      ),
    ]);
    expect(released({ '/srv/pg': 'shared' })).toMatchObject({ problems: [], services: [{ shared: ['/srv/pg'] }] });
    expect(sentences(released({ '/srv/pg': 'exclusive' }, { replicas: 2 }).problems)).toContainEqual(
      expect.stringMatching(/^services.db: has 2 instances, but \/srv\/pg is exclusive/),
    );
  });
  test('and would begin empty in each release is refused', () => {
    const service = { image: 'a', volumes: [{ type: 'volume', source: 'data', target: '/data' }] };
    const declared = { db: ['/data', '/config'] };
    expect(
      sentences(
        read(
          { db: service },
          { declared, services: { db: { ...SAID, accessory: false, volumes: { data: 'shared' } } } },
        ).problems,
      ),
    ).toEqual([expect.stringMatching(/^services.db.image: declares the volume \/config in its image/)]);
    expect(read({ db: service }, { declared }).problems).toEqual([]);
  });
});

describe('ports without a route', () => {
  const ports = [{ target: 25, published: '2525', protocol: 'tcp' }];
  const readMail = (overrides: Partial<ComposeOverrides>) => {
    const { services, problems } = read({ mail: { image: 'a', ports } }, overrides);
    return problems.length > 0 ? sentences(problems) : services[0]!.container.ports;
  };

  test('are published where the old instance stops first', () => {
    expect(readMail({ sideBySide: false })).toEqual([{ container: 25, host: '2525', protocol: 'tcp' }]);
    expect(readMail({})).toEqual([expect.stringMatching(/^services.mail.ports: publishes 2525 on the host/)]);
    expect(readMail({ sideBySide: false, services: { mail: { ...SAID, replicas: 2 } } })).toEqual([
      expect.stringMatching(/which the 2 instances of mail cannot share/),
    ]);
  });
});

describe('dependencies', () => {
  const on = (condition: string, required = true) => ({ depends_on: { b: { condition, required } } });
  const dependsOn = (services: Record<string, ComposeService>, overrides?: Partial<ComposeOverrides>) => {
    const { services: all, problems } = read(services, overrides);
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
    [name: string, services: Record<string, ComposeService>, said: Record<string, ServiceOverrides>, problem: string]
  >([
    [
      'on the end of an accessory',
      { a: { image: 'a', ...on('service_completed_successfully') }, b: { image: 'b' } },
      { b: { ...SAID, accessory: true } },
      'waits for the end of b, an accessory',
    ],
    [
      'of one that runs once',
      {
        a: { image: 'a', ...on('service_started') },
        b: { image: 'b' },
        c: { image: 'c', depends_on: { a: { condition: 'service_completed_successfully' } } },
      },
      {},
      'waits for b, a released service, but runs before any of them starts',
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

test('a fixed address under dns is refused with what can be done, as no name can stand there', () => {
  const said = (users: Partial<ComposeService>) =>
    sentences(
      read({
        app: { image: 'a', ...users },
        resolver: { image: 'b', networks: { default: { ipv4_address: '10.9.0.2' } } },
      }).problems,
    );
  const is = 'services.resolver.networks.default.ipv4_address: is 10.9.0.2, which app';
  expect(said({ dns: ['10.9.0.2'] })).toEqual([
    `${is} has under dns, where no name can stand, but a release has its own networks. Remove both. ` +
      'If app needs resolver as its resolver, publish port 53 of resolver on an address of the host, and write that under dns',
  ]);
  expect(said({ command: ['--upstream', '10.9.0.2'] })).toEqual([
    `${is} uses in its settings, but a release has its own networks. Write resolver there instead of the address, and remove this`,
  ]);
});
