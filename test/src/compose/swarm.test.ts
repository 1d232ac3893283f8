import type { ComposeModel, ComposeService } from '../../../src/compose/model';
import { readCompose } from '../../../src/compose/read';
import { printComposeReference } from '../../../src/compose/reference';
import { ANSWERS } from '../../../src/compose/answers';
import { NO_OVERRIDES } from './fixtures';

const read = (services: Record<string, ComposeService>, more: ComposeModel = {}, overrides: object = {}) =>
  readCompose(
    { name: 'shop', networks: { default: {} }, ...more, services },
    { ...NO_OVERRIDES, target: 'swarm', ...overrides },
  );
const web = (more: object): Record<string, ComposeService> => ({
  web: { image: 'web', networks: { default: null }, ...more },
});
const problems = (more: object, overrides?: object) =>
  read(web(more), {}, overrides).problems.map(({ path, message }) => `${path.join('.')} ${message}`);
const isAccessory = {
  services: {
    web: { accessory: true, background: false, before: [], healthyWithin: 1, drain: 1, publish: true, volumes: {} },
  },
};

test('placement, limits and reservations are carried', () => {
  const deploy = {
    replicas: 2,
    placement: {
      constraints: ['node.labels.disk == ssd'],
      preferences: [{ spread: 'node.labels.zone' }],
      max_replicas_per_node: 1,
    },
    resources: { limits: { cpus: 1, memory: '1000' }, reservations: { cpus: 0.5, memory: '500' } },
  };
  const { services, problems, told } = read(web({ deploy }));
  expect([problems, told]).toEqual([[], []]);
  expect(services[0]).toMatchObject({
    replicas: 2,
    placement: { constraints: ['node.labels.disk == ssd'], spread: ['node.labels.zone'], maxPerNode: 1, cpus: 0.5 },
    container: { cpus: 1, memoryBytes: 1000, memoryReservationBytes: 500 },
  });
});

test('a host takes no placement, and says so', () => {
  const written = { name: 'shop', networks: {}, services: web({ deploy: { placement: { constraints: ['a == b'] } } }) };
  const { services, told } = readCompose(written, NO_OVERRIDES);
  expect(services[0]).not.toHaveProperty('placement');
  expect(told).toMatchObject([{ path: ['services', 'web', 'deploy', 'placement'] }]);
});

test.each([
  [
    'privileged',
    { privileged: true },
    /^services\.web\.privileged cannot be released: a Swarm service has no setting for it\. Remove it/,
  ],
  ['devices', { devices: [{ source: '/dev/a', target: '/dev/a' }] }, /^services\.web\.devices cannot be released/],
  ['pid', { pid: 'host' }, /^services\.web\.pid cannot be released/],
  ['ipc', { ipc: 'host' }, /^services\.web\.ipc cannot be released/],
  ['shm_size', { shm_size: '1000' }, /Mount a tmpfs instead: .*target: \/dev\/shm/],
  [
    'the network of the host',
    { network_mode: 'host' },
    /^services\.web\.network_mode cannot be released: each Swarm service/,
  ],
  ['the network of a service', { network_mode: 'service:vpn' }, /^services\.web\.network_mode cannot be released/],
  [
    'the socket of the engine',
    { volumes: [{ type: 'bind', source: '/var/run/docker.sock', target: '/x' }] },
    /mounts \/var\/run\/docker\.sock of the host, but a task may run on any node/,
  ],
  ['a port without a route', { ports: [{ target: 53, published: '53' }] }, /publishes 53/],
  ['an instance on every node', { deploy: { mode: 'global' } }, /is global, but a release .*max_replicas_per_node: 1/],
  ['options of a tmpfs', { tmpfs: ['/tmp:noexec'] }, /has options \(noexec\), .*type: tmpfs, target: \/tmp/],
  [
    'a gateway of each node',
    { extra_hosts: ['h=host-gateway'] },
    /host-gateway, which is another machine on each node/,
  ],
])('%s is refused, once, with the way out', (_, more, says) => {
  expect(problems(more)).toEqual([expect.stringMatching(says)]);
});

test('a committed file is carried up to what a Swarm config takes', () => {
  const volumes = [{ type: 'bind', source: './conf', target: '/etc/conf' }];
  const problemsOf = (size: number) =>
    problems({ volumes }, { project: { './conf': { is: 'file', size, digest: 'sha256:1', executable: false } } });
  expect(problemsOf(500 * 1024)).toEqual([]);
  expect(problemsOf(500 * 1024 + 1)).toEqual([
    expect.stringMatching(/mounts \.\/conf, which has 512001 bytes\. A release carries files of up to 500 kB\./),
  ]);
});

describe('a volume', () => {
  const volumes = [{ type: 'volume', source: 'data', target: '/data' }];

  it('of a released service is refused, also where the manifest says that it is shared', () => {
    const shared = {
      services: { web: { ...isAccessory.services.web, accessory: false, volumes: { data: 'shared' } } },
    };
    expect(problems({ volumes }, shared)).toEqual([
      expect.stringMatching(
        /mounts the volume data, but its instances may run on any node.*services\.web\.accessory: true/,
      ),
    ]);
  });

  it('of an accessory is carried, a part of one is not', () => {
    expect(problems({ volumes }, isAccessory)).toEqual([]);
    expect(problems({ volumes: [{ ...volumes[0], volume: { subpath: 'a' } }] }, isAccessory)).toEqual([
      expect.stringContaining('but a Swarm service mounts whole volumes'),
    ]);
  });
});

test('an accessory publishes a port on its node: one, on every address', () => {
  const ports = (port: object) => problems({ ports: [{ target: 5432, ...port }] }, isAccessory);
  expect(ports({ published: '5432' })).toEqual([]);
  expect(ports({ published: '5432', host_ip: '127.0.0.1' })).toEqual([expect.stringContaining('has another address')]);
  expect(ports({ published: '5432-5440' })).toEqual([expect.stringContaining('a range')]);
});

test('networks are overlays', () => {
  const problemsOf = (driver: string) => read(web({}), { networks: { default: { driver } } }).problems;
  expect([problemsOf('overlay'), problemsOf('bridge')]).toEqual([[], []]);
  expect(problemsOf('macvlan')).toMatchObject([{ message: expect.stringMatching(/^is macvlan\. Expected overlay/) }]);
});

test('secrets in variables are reported once, with what would keep them from managers', () => {
  const one = (name: string) => ({
    image: name,
    environment: { TOKEN: '{{secret:TOKEN}}' },
    networks: { default: null },
  });
  const { told } = read({ api: one('api'), web: one('web') }, {}, { secrets: ['TOKEN'] });
  expect(told).toMatchObject([
    {
      path: ['services', 'api', 'environment'],
      message: expect.stringMatching(/^has secrets \(api: TOKEN, web: TOKEN\), .*every manager can read.*Swarm secret/),
    },
  ]);
});

test('the reference is of the kind', () => {
  expect(printComposeReference(ANSWERS.swarm)).toContain('| `placement` | carried |  |');
});
