import type { ComposeModel, ComposeService } from '../../../src/compose/model';
import { readCompose } from '../../../src/compose/read';
import { printComposeReference } from '../../../src/compose/reference';
import { ANSWERS } from '../../../src/compose/answers';
import { NO_OVERRIDES } from './fixtures';

const read = (services: Record<string, ComposeService>, more: ComposeModel = {}, overrides: object = {}) =>
  readCompose(
    { name: 'shop', networks: { default: {} }, ...more, services },
    { ...NO_OVERRIDES, target: 'kubernetes', ...overrides },
  );
const web = (more: object): Record<string, ComposeService> => ({
  web: { image: 'web', networks: { default: null }, ...more },
});
const problems = (more: object, overrides?: object, model?: ComposeModel) =>
  read(web(more), model, overrides).problems.map(({ path, message }) => `${path.join('.')} ${message}`);
const isAccessory = {
  services: {
    web: { accessory: true, background: false, before: [], healthyWithin: 1, drain: 1, publish: true, volumes: {} },
  },
};

test('placement, limits and reservations are carried', () => {
  const deploy = {
    placement: { constraints: ['node.labels.disk == ssd'], max_replicas_per_node: 1 },
    resources: { limits: { cpus: 1, memory: '1000' }, reservations: { cpus: 0.5, memory: '500' } },
  };
  const { services, problems: found, told } = read(web({ deploy, user: '1000:1000' }));
  expect([found, told]).toEqual([[], []]);
  expect(services[0]).toMatchObject({
    placement: { constraints: ['node.labels.disk == ssd'], maxPerNode: 1, cpus: 0.5 },
    container: { cpus: 1, memoryBytes: 1000, memoryReservationBytes: 500, user: '1000:1000' },
  });
});

test.each([
  [
    'a privileged container',
    { privileged: true },
    /^services\.web\.privileged cannot be released: it would reach the node/,
  ],
  ['the network of the host', { network_mode: 'host' }, /^services\.web\.network_mode cannot be released: each pod/],
  ['the processes of the host', { pid: 'host' }, /^services\.web\.pid cannot be released/],
  ['devices', { devices: [{ source: '/dev/a', target: '/dev/a' }] }, /^services\.web\.devices cannot be released/],
  ['ulimits', { ulimits: { nofile: 10 } }, /^services\.web\.ulimits cannot be released: a pod has no setting/],
  ['sysctls', { sysctls: { 'net.core.somaxconn': 1 } }, /^services\.web\.sysctls cannot be released/],
  [
    'a logging driver',
    { logging: { driver: 'syslog' } },
    /^services\.web\.logging cannot be released: the cluster collects/,
  ],
  ['a user by name', { user: 'node' }, /is node, a name that a node does not know\. Write numbers: "1000:1000"/],
  ['another signal', { stop_signal: 'SIGQUIT' }, /is SIGQUIT, but a pod is ended with SIGTERM/],
  ['one that is not kept up', { restart: 'no' }, /is no, but a cluster keeps every instance up/],
  [
    'the socket of the engine',
    { volumes: [{ type: 'bind', source: '/var/run/docker.sock', target: '/x' }] },
    /mounts \/var\/run\/docker\.sock of the host, but a pod may run on any node/,
  ],
  ['an instance on every node', { deploy: { mode: 'global' } }, /is global, but a release .*max_replicas_per_node: 1/],
  [
    'a constraint that a cluster does not know',
    { deploy: { placement: { constraints: ['node.role == manager'] } } },
    /has the constraint "node\.role == manager", which a cluster does not know/,
  ],
  ['options of a tmpfs', { tmpfs: ['/tmp:noexec'] }, /has options \(noexec\), which a pod does not have/],
  [
    'a gateway of each node',
    { extra_hosts: ['h=host-gateway'] },
    /host-gateway, which is another machine for each pod/,
  ],
  ["times of the image's own check", { healthcheck: { interval: '5s' } }, /has times, but no test/],
  [
    'a label that no annotation can be',
    { labels: { 'a b': 'c' } },
    /has a b, which cannot be the key of an annotation/,
  ],
])('%s is refused, once, with the way out', (_, more, says) => {
  expect(problems(more)).toEqual([expect.stringMatching(says)]);
});

test('a name that Kubernetes cannot have is refused', () => {
  const found = read({ my_api: { image: 'web', networks: { default: null } } }).problems;
  expect(found).toMatchObject([{ path: ['services', 'my_api'], message: expect.stringContaining('is no name') }]);
});

test('an accessory publishes no port', () => {
  expect(problems({ ports: [{ target: 5432, published: '5432' }] }, isAccessory)).toEqual([
    expect.stringMatching(/publishes 5432, which has no route/),
  ]);
});

describe('a volume', () => {
  const volumes = [{ type: 'volume', source: 'data', target: '/data' }];

  it('of a released service is refused', () => {
    expect(
      problems(
        { volumes },
        { services: { web: { ...isAccessory.services.web, accessory: false, volumes: { data: 'shared' } } } },
      ),
    ).toEqual([expect.stringMatching(/mounts the volume data, but its pods may run on any node/)]);
  });

  it('of an accessory says its size', () => {
    expect(problems({ volumes }, isAccessory)).toEqual([
      expect.stringContaining('which has no size. Write volumes: { data: { labels: { storage.size: 10Gi } } }'),
    ]);
    const sized = { volumes: { data: { labels: { 'storage.size': '10Gi' } } } };
    expect(problems({ volumes }, isAccessory, sized)).toEqual([]);
    expect(problems({ volumes }, isAccessory, { volumes: { data: { external: true, name: 'mine' } } })).toEqual([]);
  });
});

test('who calls a service without a port, and where secrets lie, is said once', () => {
  const secret = { image: 'b', environment: { TOKEN: '{{secret:TOKEN}}' }, networks: { default: null } };
  const { told } = read(
    {
      api: { ...secret, expose: [] },
      web: { ...secret, depends_on: { api: { condition: 'service_started' } } },
    },
    {},
    { secrets: ['TOKEN'] },
  );
  expect(told).toMatchObject([
    { path: ['services', 'api'], message: expect.stringMatching(/^declares no port, and others \(web\) depend on it/) },
    { path: ['services', 'api'], message: expect.stringMatching(/^has secrets, which lie in Secrets .*\(api, web\)/) },
  ]);
});

test('the reference is of the kind', () => {
  expect(printComposeReference(ANSWERS.kubernetes)).toMatch(/\| `healthcheck` \| changed \| a readiness probe/);
});
