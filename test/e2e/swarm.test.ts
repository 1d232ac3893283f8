import { sendRequests } from '../../lab/traffic/client';
import { startSwarm } from '../../parts/host/swarm';
import { clientOf } from '../../parts/server/engine-client';
import { describeWith, parts } from '../setup/parts';
import { HostsTestBed, outcome, said } from './test-bed';

/** Answers with its version. The first health check comes after the interval: nobody can run a command on another node. */
const FILES = (base: string, store: string) => ({
  Dockerfile: `FROM ${base}\nCOPY www /www\nCOPY check.sh /\nCMD ["sh", "-c", "trap 'exit 0' TERM; httpd -f -p 80 -h /www & wait"]\n`,
  'check.sh': 'exit 0\n',
  'docker-compose.yml': `services:
  web:
    build: .
    expose: ["80"]
    depends_on: [store]
    healthcheck: { test: [CMD, sh, /check.sh], interval: 1s }
    deploy: { replicas: 2 }
  jobs:
    build: .
    command: [sh, -c, "trap 'exit 0' TERM; sleep 100000 & wait"]
    healthcheck: { test: [CMD, sh, /check.sh], interval: 1s }
  store:
    image: ${store}
    command: [sh, -c, "trap 'exit 0' TERM; date >> /data/starts; sleep 100000 & wait"]
    volumes: ["data:/data"]
volumes: { data: {} }
`,
});

const BECAUSE = ['--by', 'ops@example.com', '--reason', 'the one before was better'];

const manifest = (app: string, managers: string[], edge: string[]) => `app: ${app}
services:
  web: { healthyWithin: 20s }
  jobs: { background: true, healthyWithin: 20s }
environments:
  production:
    swarm: { managers: [${managers.join(', ')}], edge: [${edge.join(', ')}] }
    routes: [{ service: web, host: shop.localhost }]
    verify: [{ run: { service: web, command: [sh, /check.sh] } }]
    soak: 1s
`;

describeWith(['temporal', 'engine', 'registry', 'compose', 'images', 'swarm'], 'a swarm of two nodes', () => {
  let bed: HostsTestBed;

  beforeAll(async () => {
    bed = await HostsTestBed.open(2, {}, startSwarm);
    await bed.pushStore();
    for (const [path, text] of Object.entries(FILES(parts().images.base.name, bed.store))) bed.shop.write(path, text);
    const [first, second] = bed.hosts.all.map(({ address }) => address);
    bed.shop.write('windlass.yaml', manifest(bed.app, [first!], [first!, second!]));
  });
  afterAll(async () => await bed?.close());

  const release = (commit: string) => outcome(bed.release(commit));
  const pages = () => Promise.all(bed.hosts.all.map(bed.page));
  /** The application's services, by the swarm itself: `name tasks wanted`. */
  const services = async () => {
    const found = await clientOf(bed.hosts.all[0]!.engine).listServices();
    return found.map(({ Spec }) => `${Spec!.Name} ${Spec!.Mode!.Replicated?.Replicas}`).sort();
  };

  it('is released to, moves on, goes back and is left, and no request is lost', async () => {
    const one = bed.commit('one');
    expect(await release(one)).toEqual({ status: 0, said: expect.any(String) });
    expect(await pages()).toEqual(['one', 'one']);
    const clients = bed.hosts.all.map((host) => sendRequests(bed.targetOf(host), 20));

    expect(await release(bed.commit('two'))).toEqual({ status: 0, said: expect.any(String) });
    expect(await pages()).toEqual(['two', 'two']);

    bed.shop.write('check.sh', 'exit 1\n');
    const broken = await release(bed.commit('three'));
    expect(broken).toEqual({ status: 3, said: expect.stringContaining('health command') });
    expect(await pages()).toEqual(['two', 'two']);

    const back = await outcome(bed.windlass.run('rollback', 'production', one.slice(0, 10), ...BECAUSE));
    expect(back).toEqual({ status: 0, said: expect.any(String) });
    expect(await pages()).toEqual(['one', 'one']);
    const reports = await Promise.all(clients.map((client) => client.stop()));
    expect(reports.map(({ failed }) => failed)).toEqual([0, 0]);

    const observed = await bed.windlass.run('status', 'production', '--observed');
    expect(said(observed)).toContain('matches the record');
    const left = await outcome(bed.windlass.run('eject', 'production', '--yes', ...BECAUSE));
    expect(left).toEqual({ status: 0, said: expect.any(String) });
    expect((await services()).filter((name) => !name.includes('store'))).toEqual([]);
  });
});
