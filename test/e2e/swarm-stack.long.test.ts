import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { promisify } from 'node:util';
import { connectEngine } from '../../activities/drivers/docker/connect';
import { sendRequests } from '../../lab/traffic/client';
import { startSwarm, type TestSwarm } from '../../parts/host/swarm';
import { findProgram } from '../../parts/run/commands';
import { clientOf } from '../../parts/server/engine-client';
import { describeWith } from '../setup/parts';
import { HostsTestBed, outcome, said, until } from './test-bed';

/**
 * For compose and for `docker stack deploy` alike. The page says the version, and `/log` what the store had when it was called.
 * Each service has its node: the page is published on the node of its task alone, and the test asks the first.
 */
const COMPOSE = (image: string) => `services:
  web:
    image: ${image}
    environment: { VERSION: "\${VERSION:-1}" }
    command: [sh, -c, "mkdir /www; until wget -q -O /www/log http://db:8000/log; do sleep 1; done; echo $$VERSION > /www/index.html; trap 'exit 0' TERM; httpd -f -p 80 -h /www & wait"]
    ports: [{ target: 80, published: 80, mode: host }]
    healthcheck: { test: [CMD, test, -f, /www/index.html], interval: 1s }
    deploy: { endpoint_mode: dnsrr, placement: { constraints: [node.labels.data != here] } }
  db:
    image: ${image}
    command: [sh, -c, "date +%s%N >> /data/log; trap 'exit 0' TERM; httpd -f -p 8000 -h /data & wait"]
    volumes: ["data:/data"]
    deploy: { endpoint_mode: dnsrr, placement: { constraints: [node.labels.data == here] } }
volumes: { data: {} }
`;

const manifest = (app: string, node: string, body: string) => `app: ${app}
services:
  web: { healthyWithin: 60s }
  db: { healthyWithin: 60s }
environments:
  production:
    project: ${app}
    swarm: ${node}
    routes: [{ service: web, host: shop.localhost }]
    verify: [{ http: { service: web, body: "${body}" } }]
    soak: 1s
`;

const BECAUSE = ['--by', 'ops@example.com', '--reason', 'only tried'];

/** The team's own program, where there is one. */
const DOCKER = findProgram('docker');

(DOCKER ? describeWith : (_: unknown, name: string) => describe.skip(`${name}: no docker on PATH`, () => undefined))(
  ['temporal', 'engine', 'registry', 'compose', 'images', 'swarm'],
  'a stack that runs',
  () => {
    let bed: HostsTestBed;
    let firstWrite: string;

    beforeAll(async () => {
      bed = await HostsTestBed.open(2, {}, startSwarm);
      await bed.pushStore();
      const [first, second] = (bed.hosts as TestSwarm).all;
      const node = clientOf(first!.engine).getNode(second!.id);
      const { Spec, Version } = (await node.inspect()) as { Spec: object; Version: { Index: number } };
      await node.update({ ...Spec, version: Version.Index, Labels: { data: 'here' } });
      bed.shop.write('docker-compose.yml', COMPOSE(bed.store));
      bed.shop.write('.env', 'VERSION=1\n');
      await deploy('docker-compose.yml');
      await until(async () => (await page()) === '1', 500);
      [firstWrite] = (await log()) as [string];
    });
    afterAll(async () => await bed?.close());

    const release = (version: string, body = version) => {
      bed.shop.write('.env', `VERSION=${version}\n`);
      bed.shop.write('windlass.yaml', manifest(bed.app, bed.hosts.all[0]!.address, body));
      return outcome(bed.release(bed.shop.commit(`version ${version}`)));
    };
    /** `docker stack deploy`, as the team types it. */
    const deploy = (file: string) => {
      const args = ['-H', bed.hosts.all[0]!.engine, 'stack', 'deploy', '-c', file, bed.app];
      return promisify(execFile)(DOCKER!, args, { cwd: bed.shop.dir, env: { ...process.env, VERSION: '1' } });
    };
    const page = async () => (await bed.page(bed.hosts.all[0]!)).trim();
    /** What was written to the volume, as it lies on the node that has it. */
    async function log(): Promise<string[]> {
      const { engine } = bed.hosts.all[1]!;
      const [found] = await clientOf(engine).listContainers({ filters: { volume: [`${bed.app}_data`] } });
      const said = await connectEngine({ name: 'node', address: engine }, { dockerHost: engine }).exec(found!.Id, [
        'cat',
        '/data/log',
      ]);
      return said.stdout.trim().split('\n');
    }
    const ofStack = async () => {
      const found = await clientOf(bed.hosts.all[0]!.engine).listServices();
      return found
        .filter(({ Spec }) => Spec!.Name!.startsWith(`${bed.app}_`))
        .map(({ Spec }) => `${Spec!.Name!.slice(bed.app.length + 1)} ${Spec!.Mode!.Replicated?.Replicas}`)
        .sort();
    };

    it('serves again when its first release fails, with its data', async () => {
      const failed = await release('2', 'nothing of the kind');
      expect(failed).toEqual({ status: 3, said: expect.stringContaining('nothing of the kind') });
      expect(failed.said).toContain(`${bed.app}_db (db) of the stack ${bed.app} is stopped and kept`);
      expect(await ofStack()).toEqual(['db 1', 'web 1']);
      await until(async () => (await page()) === '1', 500);
      expect((await log())[0]).toBe(firstWrite);
    });

    it('is taken over with its data, and released on without losing a request', async () => {
      expect(await release('2')).toEqual({ status: 0, said: expect.any(String) });
      expect([await page(), await ofStack()]).toEqual(['2', ['db 0', 'web 0']]);
      expect((await log())[0]).toBe(firstWrite);
      const load = sendRequests(bed.targetOf(bed.hosts.all[0]!), 20);
      expect(await release('3')).toEqual({ status: 0, said: expect.any(String) });
      expect([(await load.stop()).failures, await page()]).toEqual([[], '3']);
      const observed = said(await bed.windlass.run('status', 'production', '--observed'));
      expect(observed).toMatch(/^NODE +SERVICE/m);
      expect(observed).toContain('matches the record');
    });

    it('is left, and what ran goes on as a stack, with its data', async () => {
      const left = await outcome(bed.windlass.run('eject', 'production', '--yes', ...BECAUSE));
      expect(left).toEqual({ status: 0, said: expect.any(String) });
      const file = readdirSync(bed.shop.dir).find((name) => name.endsWith('.stack.yml'))!;
      expect(left.said).toContain(`docker stack deploy --with-registry-auth -c ${file} ${bed.app}`);
      expect(await ofStack()).toEqual(['db 0', 'web 0']);
      await deploy(file);
      await until(async () => (await log())[0] === firstWrite, 500);
      expect(await ofStack()).toEqual(['db 1', 'web 1']);
      // The routing mesh needs IPVS, so the version is asked of the container.
      const isThree = async (engine: string) => {
        const filters = { label: [`com.docker.swarm.service.name=${bed.app}_web`], health: ['healthy'] };
        const [found] = await clientOf(engine).listContainers({ filters });
        if (!found) return false;
        const node = connectEngine({ name: 'node', address: engine }, { dockerHost: engine });
        return (await node.exec(found.Id, ['cat', '/www/index.html'])).stdout.trim() === '3';
      };
      await until(
        async () => (await Promise.all(bed.hosts.all.map(({ engine }) => isThree(engine)))).includes(true),
        500,
      );
    });
  },
);
