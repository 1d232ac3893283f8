import { describeWith, parts } from '../../setup/parts';
import { failureOf } from '../fixtures';
import { makeTestBed, service, type TestBed } from '../rollout/rollout-fixtures';
import { startStreams, streamingServer } from '../../../lab/traffic/streams';
import { PROXY_KINDS } from './kinds';

const ROUTE = { service: 'api', host: 'grpc.example', path: '/', port: 80, protocol: 'h2c' } as const;

describe.each(PROXY_KINDS)('$kind', ({ needs, settings }) =>
  describeWith([...needs, 'node'], 'services that speak HTTP/2 alone', () => {
    let bed: TestBed;
    beforeAll(async () => {
      bed = await makeTestBed(settings());
      for (const release of ['one', 'two']) put(release, ['node', '-e', streamingServer(80)]);
      await bed.perform('ensureProxy', {});
      await start('one');
    });
    afterAll(() => bed.cleanUp());

    const put = (release: string, command: string[], healthyWithinMs = 30_000) => {
      const container = { environment: { NAME: release }, command, stopGraceMs: 10_000 };
      const api = service('api', container, { image: parts().node.name, healthyWithinMs, drainMs: 20_000 });
      bed.release(release, { services: [api], routes: [ROUTE] });
    };
    const start = async (release: string) => {
      await bed.perform('createNetworks', { release });
      await bed.perform('startInstances', { release, service: 'api', count: 1 });
    };
    const streams = (count: number, ms: number) => startStreams({ ...bed.http, hostname: ROUTE.host }, { count, ms });

    test('no stream fails in four switches, each with an old instance that is drained and stopped', async () => {
      await bed.perform('switchRoutes', { release: 'one' });
      const running = streams(20, 300);
      for (let n = 0; n < 4; n++) {
        const [old, next] = n % 2 ? ['two', 'one'] : ['one', 'two'];
        await start(next!);
        await bed.perform('switchRoutes', { release: next! });
        await bed.perform('stopInstances', { release: old!, service: 'api', left: 0, drain: true });
      }
      const { ended, failed, names } = await running.stop();
      expect(failed).toEqual({});
      expect(ended).toBeGreaterThan(20);
      expect(names).toEqual({ one: expect.any(Number), two: expect.any(Number) });
    }, 120_000);

    test('an instance that speaks HTTP/1.1 alone, or nothing, is not healthy, and why is said', async () => {
      const failure = async (release: string, program: string) => {
        put(release, ['node', '-e', program], 3_000);
        return (await failureOf(start(release))).message;
      };
      const http1 = "require('http').createServer((_, answer) => answer.end()).listen(80)";
      expect(await failure('http1', http1)).toContain(
        'port 80 does not speak HTTP/2 without TLS. Remove protocol: h2c from the route if it speaks HTTP/1.1',
      );
      expect(await failure('mute', "require('net').createServer().listen(80)")).toContain(
        'no answer on port 80 to HTTP/2. Something listens there but does not speak HTTP/2 without TLS',
      );
    }, 60_000);
  }),
);
