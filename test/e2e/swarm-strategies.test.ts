import { sendRequests } from '../../lab/traffic/client';
import { WRITTEN } from '../../lab/rounds';
import { startSwarm } from '../../parts/host/swarm';
import type { StrategyKind } from '../../src/model/strategy';
import { describeWith, parts } from '../setup/parts';
import { HostsTestBed, outcome } from './test-bed';

const FILES = (base: string) => ({
  Dockerfile: `FROM ${base}\nCOPY www /www\nCMD ["sh", "-c", "trap 'exit 0' TERM; httpd -f -p 80 -h /www & wait"]\n`,
  'docker-compose.yml': `services:
  web:
    build: .
    expose: ["80"]
    healthcheck: { test: [CMD, "true"], interval: 1s }
    deploy: { replicas: 2 }
`,
});

/** One release goes to a Docker host, and from there to a swarm. */
const manifest = (app: string, [manager, host]: string[], strategy: string) => `app: ${app}
services:
  web: { healthyWithin: 60s }
environments:
  staging:
    hosts: [${host}]
    routes: [{ service: web, host: staging.localhost }]
    soak: 1s
  production:
    swarm: ${manager}
    routes: [{ service: web, host: shop.localhost }]
    soak: 1s
    strategy: ${strategy}
`;

describeWith(
  ['temporal', 'engine', 'registry', 'compose', 'images', 'swarm'],
  'staging on a host, production on a swarm',
  () => {
    let bed: HostsTestBed;
    beforeAll(async () => {
      bed = await HostsTestBed.open(2, {}, startSwarm);
      for (const [path, text] of Object.entries(FILES(parts().images.base.name))) bed.shop.write(path, text);
      await release('one', 'blue-green');
    });
    afterAll(async () => await bed?.close());

    async function release(version: string, strategy: StrategyKind): Promise<void> {
      const addresses = bed.hosts.all.map(({ address }) => address);
      bed.shop.write('windlass.yaml', manifest(bed.app, addresses, WRITTEN[strategy]));
      expect(await outcome(bed.release(bed.commit(version)))).toEqual({ status: 0, said: expect.any(String) });
      expect(await bed.page(bed.hosts.all[0]!)).toBe(version);
    }
    const under = async (work: () => Promise<void>) => {
      const load = sendRequests(bed.targetOf(bed.hosts.all[0]!), 20);
      await work();
      return await load.stop();
    };

    it.each<StrategyKind>(['canary', 'rolling'])('%s loses no request', async (strategy) => {
      const { failures } = await under(() => release(strategy, strategy));
      expect(failures).toEqual([]);
    });

    it('recreate is the outage that it announces', async () => {
      const { answers, failures } = await under(() => release('recreate', 'recreate'));
      expect(Object.keys(answers)).toContain('recreate');
      expect(failures.filter((failure) => !failure.includes('503'))).toEqual([]);
    });
  },
);
