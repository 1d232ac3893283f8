import { ask, sendRequests } from '../../lab/traffic/client';
import { startSwarm, type TestSwarm } from '../../parts/host/swarm';
import { clientOf } from '../../parts/server/engine-client';
import { describeWith, parts } from '../setup/parts';
import { HostsTestBed, outcome, said, until } from './test-bed';

/** Answers with its version. The first health check comes after the interval: nobody can run a command on another node. */
const FILES = (base: string) => ({
  Dockerfile: `FROM ${base}\nCOPY www /www\nCOPY check.sh verify.sh /\nCMD ["sh", "-c", "trap 'exit 0' TERM; httpd -f -p 80 -h /www & wait"]\n`,
  'check.sh': 'exit 0\n',
  'docker-compose.yml': `services:
  web:
    build: .
    expose: ["80"]
    healthcheck: { test: [CMD, sh, /check.sh], interval: 1s }
    deploy: { replicas: 2 }
`,
});

/** Three managers, two of which are edges. Staging is one of the machines, as a Docker host. */
const manifest = (
  app: string,
  [first, second, third]: string[],
  { strategy = 'blue-green', soak = '1s' },
) => `app: ${app}
services:
  web: { healthyWithin: 60s }
environments:
  staging:
    hosts: [${first}]
    routes: [{ service: web, host: staging.localhost }]
    soak: 1s
  production:
    swarm: { managers: [${first}, ${second}, ${third}], edge: [${second}, ${third}] }
    routes: [{ service: web, host: shop.localhost }]
    verify: [{ run: { service: web, command: [sh, /verify.sh] } }]
    soak: ${soak}
    strategy: ${strategy}
`;

describeWith(['temporal', 'engine', 'registry', 'compose', 'images', 'swarm'], 'a swarm of three managers', () => {
  let bed: HostsTestBed;
  const nodes = () => (bed.hosts as TestSwarm).all;
  const edges = () => nodes().slice(1);

  beforeAll(async () => {
    bed = await HostsTestBed.open(3, {}, (count, from) => startSwarm(count, { ...from, managers: 3 }));
  });
  afterAll(async () => await bed?.close());

  const write = (settings: { strategy?: string; soak?: string } = {}, verification = 'exit 0\n') => {
    for (const [path, text] of Object.entries(FILES(parts().images.base.name))) bed.shop.write(path, text);
    const addresses = nodes().map(({ address }) => address);
    bed.shop.write('windlass.yaml', manifest(bed.app, addresses, settings));
    bed.shop.write('verify.sh', verification);
  };
  const release = (version: string) => outcome(bed.release(bed.commit(version)));
  const pages = () => Promise.all(edges().map(bed.page));
  const DONE = { status: 0, said: expect.any(String) as unknown };

  /** Every test begins from this version in production. */
  async function begin(version: string): Promise<void> {
    write();
    expect(await release(version)).toEqual(DONE);
    expect(await pages()).toEqual([version, version]);
  }
  /** What was answered while the work was done, and how many requests failed. */
  async function under(work: () => Promise<void>): Promise<number[]> {
    const clients = edges().map((edge) => sendRequests(bed.targetOf(edge), 20));
    await work();
    return (await Promise.all(clients.map((client) => client.stop()))).map(({ failed }) => failed);
  }
  const availability = async (index: number, wanted: 'active' | 'drain') => {
    const node = clientOf(nodes()[1]!.engine).getNode(nodes()[index]!.id);
    const { Spec, Version } = (await node.inspect()) as { Spec: object; Version: { Index: number } };
    await node.update({ ...Spec, version: Version.Index, Availability: wanted });
  };
  /** How many tasks run on a node. */
  const tasksOn = async (index: number) => {
    const filters = { node: [nodes()[index]!.id], 'desired-state': ['running'] };
    const tasks = await clientOf(nodes()[1]!.engine).listTasks({ filters });
    return tasks.filter(({ Status }: { Status?: { State?: string } }) => Status?.State === 'running').length;
  };

  it('has production, and staging is a host: one release goes to both', async () => {
    await begin('one');
    const staging = { ...bed.targetOf(nodes()[0]!), host: 'staging.localhost' };
    expect(await ask(staging)).toBe('one');
  });

  describe.each(['{ rolling: { batch: 1, pause: 500ms } }', '{ canary: { steps: [{ weight: 50, soak: 1s }] } }'])(
    'by %s',
    (strategy) => {
      it('moves on, and goes back when the new one is not fit, without losing a request', async () => {
        await begin('two');
        const lost = await under(async () => {
          write({ strategy });
          expect(await release('three')).toEqual(DONE);
          expect(await pages()).toEqual(['three', 'three']);
          write({ strategy }, 'exit 1\n');
          expect(await release('four')).toMatchObject({ status: 3 });
          expect(await pages()).toEqual(['three', 'three']);
        });
        expect(lost).toEqual([0, 0]);
      });
    },
  );

  it('is recreated where that is asked for, and recreated as it was when the new one is not fit', async () => {
    await begin('five');
    write({ strategy: 'recreate' });
    expect(await release('six')).toEqual(DONE);
    write({ strategy: 'recreate' }, 'exit 1\n');
    expect(await release('seven')).toMatchObject({ status: 3 });
    expect(await pages()).toEqual(['six', 'six']);
  });

  it('heals when a node is drained: that is no drift, and the next release runs on the others', async () => {
    await begin('eight');
    await availability(0, 'drain');
    try {
      await until(async () => (await tasksOn(0)) === 0 && (await tasksOn(1)) + (await tasksOn(2)) === 2, 500);
      expect(said(await bed.windlass.run('status', 'production', '--observed'))).toContain('matches the record');
      const lost = await under(async () => expect(await release('nine')).toEqual(DONE));
      expect([lost, await tasksOn(0)]).toEqual([[0, 0], 0]);
    } finally {
      await availability(0, 'active');
    }
  });

  it('is asked of another manager when the first one cannot be reached any more', async () => {
    await begin('ten');
    write({ soak: '8s' });
    const lost = await under(async () => {
      const running = release('eleven');
      await until(async () => (await pages()).includes('eleven'), 200);
      await nodes()[0]!.cutSsh();
      expect(await running).toEqual(DONE);
    });
    await nodes()[0]!.mendSsh();
    expect([lost, await pages()]).toEqual([
      [0, 0],
      ['eleven', 'eleven'],
    ]);
  });

  it('goes on when the manager that is asked is lost with its tasks in the middle of a rollout', async () => {
    await begin('twelve');
    write({ soak: '8s' });
    const running = release('thirteen');
    await until(async () => (await pages()).includes('thirteen'), 200);
    await nodes()[0]!.stopEngine();
    try {
      expect(await running).toEqual(DONE);
      expect(await pages()).toEqual(['thirteen', 'thirteen']);
      expect(said(await bed.windlass.run('status', 'production', '--observed'))).toContain('matches the record');
    } finally {
      await nodes()[0]!.startEngine();
    }
  });
});
