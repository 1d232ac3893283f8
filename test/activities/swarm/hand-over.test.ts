import { parse } from 'yaml';
import { handOver } from '../../../activities/targets/swarm/leave/hand-over';
import { commandOf } from '../../../src/model/environment/hand-over';
import type { EnvironmentRecord } from '../../../src/manifest/record/record';
import type { ContainerSpec } from '../../../src/model/container/container';
import type { Service } from '../../../src/model/service';
import { environment, service as plain } from '../../src/plan/fixtures';

const place = { installation: 'windlass', app: 'shop', environment: 'production' };
const handOverOf = (more: Partial<EnvironmentRecord>, started = false) =>
  handOver({ proxyHttp: '8080' }, place, environment([], more), started);
const service = (name: string, container: Partial<ContainerSpec> = {}, more: Partial<Service> = {}) =>
  plain(name, { container: { environment: {}, mounts: [], ports: [], expose: [], ...container }, ...more });
const web = service('web', {
  command: ['sh', '-c', 'echo $HOME'],
  environment: { TOKEN: '{{secret:shop.token}}' },
  healthcheck: { test: ['CMD', 'true'], intervalMs: 1_500 },
  files: [{ target: '/etc/shop.conf', mode: 0o444, from: 'conf/shop.conf', digest: 'sha256:1' }],
});
const db = service(
  'db',
  { mounts: [{ type: 'volume', volume: 'data', target: '/data' }], memoryBytes: 1_000 },
  { kind: 'accessory' },
);

test('what ran is handed over as a stack, with its data where it is', () => {
  const routes = [{ service: 'web', host: 'shop.example', path: '/', port: 80 }];
  const handed = handOverOf({ services: [{ ...web, replicas: 2 }, db], volumes: [{ name: 'data' }], routes });
  expect(commandOf(handed, [handed.file!.name])).toBe(
    'docker stack deploy --with-registry-auth -c shop-production.stack.yml shop',
  );
  expect(handed.where).toBe(
    'Run it on a manager, with shop_token set, with these files beside it: ./conf/shop.conf (/etc/shop.conf).',
  );
  const { services, volumes, configs } = parse(handed.file!.text) as Record<string, Record<string, object>>;
  expect(services!['web']).toMatchObject({
    image: web.image,
    command: ['sh', '-c', 'echo $$HOME'],
    environment: { TOKEN: '${shop_token:?}' },
    healthcheck: { interval: '1500ms' },
    ports: [{ target: 80, published: 8080 }],
    configs: [{ source: 'web-1', target: '/etc/shop.conf' }],
    deploy: { replicas: 2, endpoint_mode: 'vip', update_config: { order: 'start-first' } },
  });
  expect(services!['db']).toMatchObject({
    volumes: [{ type: 'volume', source: 'data', target: '/data' }],
    deploy: {
      endpoint_mode: 'dnsrr',
      update_config: { order: 'stop-first' },
      placement: { constraints: ['node.labels.windlass.volume.shop_data == true'] },
      resources: { limits: { memory: '1000' } },
    },
  });
  expect([volumes, configs]).toEqual([{ data: { name: 'shop_data' } }, { 'web-1': { file: './conf/shop.conf' } }]);
});

test('of several services with routes each gets a port that the swarm chooses, and what ran once is left out', () => {
  const routes = ['web', 'api'].map((name) => ({ service: name, host: `${name}.example`, path: '/', port: 80 }));
  const migrate = service('migrate', {}, { kind: 'one-off' });
  const handed = handOverOf({ services: [web, service('api'), migrate], routes }, true);
  const { services } = parse(handed.file!.text) as { services: Record<string, { ports: object }> };
  expect(Object.keys(services)).toEqual(['web', 'api']);
  expect([services['web']!.ports, services['api']!.ports]).toEqual([[{ target: 80 }], [{ target: 80 }]]);
  expect(handed.says).toMatch(/are running again/);
});
