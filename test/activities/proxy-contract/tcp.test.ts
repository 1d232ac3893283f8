import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../../../parts/run/ports';
import { instanceName } from '../../../src/model/names';
import { addressOfTcp } from '../../../src/model/host/route-address';
import { describeWith, parts } from '../../setup/parts';
import { failureOf } from '../fixtures';
import { makeTestBed, service, type TestBed } from '../rollout/rollout-fixtures';
import { PROXY_KINDS } from './kinds';

/** Speaks first, says what it hears, and a last word some time after the other side has said all. Told to end, it ends at once. */
const ECHO = `
process.on('SIGTERM', () => process.exit(0));
require('node:net').createServer({ allowHalfOpen: true }, (socket) => {
  socket.on('error', () => {});
  socket.write(process.env.NAME + ' ');
  socket.on('data', (data) => socket.write(data));
  socket.on('end', () => setTimeout(() => socket.end('bye'), 300));
}).listen(7000);
`;

describe.each(PROXY_KINDS)('$kind', ({ needs, settings }) =>
  describeWith([...needs, 'node'], 'services by TCP', () => {
    let bed: TestBed;
    let port: number;
    beforeAll(async () => {
      port = await freePort();
      bed = await makeTestBed({ ...settings(), proxyTcp: [`127.0.0.1:${port}`] });
      for (const release of ['one', 'two']) put(release, ECHO);
      await bed.perform('ensureProxy', {});
      await start('one');
      await bed.perform('switchRoutes', { release: 'one' });
    });
    afterAll(() => bed.cleanUp());

    const route = () => ({ service: 'echo', ...addressOfTcp(port), port: 7000, protocol: 'tcp' }) as const;
    const put = (release: string, program: string, healthyWithinMs = 30_000) => {
      const container = { environment: { NAME: release }, command: ['node', '-e', program] };
      const echo = service('echo', container, { image: parts().node.name, healthyWithinMs, drainMs: 20_000 });
      bed.release(release, { services: [echo], routes: [route()] });
    };
    const start = async (release: string) => {
      await bed.perform('createNetworks', { release });
      await bed.perform('startInstances', { release, service: 'echo', count: 1 });
    };

    /** What is heard on a connection over which numbers are said for a while. */
    const talk = (count: number) =>
      new Promise<string>((resolve) => {
        let text = '';
        const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
        socket.on('data', (data) => (text += data.toString()));
        socket.on('error', (error) => resolve(`!${error.message} after ${text}`));
        socket.on('end', () => resolve(text));
        void (async () => {
          for (let n = 0; n < count; n++) {
            await pause(50);
            socket.write(`${n} `);
          }
          socket.end();
        })();
      });
    const said = (name: string, count: number) =>
      [name, ...Array.from({ length: count }, (_, n) => String(n)), 'bye'].join(' ');

    test('no connection fails in five switches, each with an old instance that is drained and stopped', async () => {
      let isStopped = false;
      const heard: { text: string; count: number }[] = [];
      const keepTalking = async (count: number) => {
        while (!isStopped) heard.push({ text: await talk(count), count });
      };
      const all = Array.from({ length: 10 }, (_, n) => keepTalking(2 + n));
      for (let n = 0; n < 5; n++) {
        const [old, next] = n % 2 ? ['two', 'one'] : ['one', 'two'];
        await start(next!);
        await bed.perform('switchRoutes', { release: next! });
        await bed.perform('stopInstances', { release: old!, service: 'echo', left: 0, drain: true });
      }
      isStopped = true;
      await Promise.all(all);
      expect(heard.filter(({ text, count }) => ![said('one', count), said('two', count)].includes(text))).toEqual([]);
      expect(heard.length).toBeGreaterThan(50);
      expect(await talk(2)).toBe(said('two', 2));
    }, 60_000);

    test('two releases share the connections, the proxy says who answers, and nobody else takes the port', async () => {
      const { engine, place, deps } = bed;
      await start('one');
      const beside = {
        port: 7000,
        protocol: 'tcp' as const,
        percent: 50,
        instances: [instanceName(place, 'one', 'echo')],
      };
      const shared = { ...route(), instances: [instanceName(place, 'two', 'echo')], beside };
      await deps.proxy.setRoutes(engine, place, { counter: 1, release: 'two', routes: [shared] });
      const names = await Promise.all(Array.from({ length: 6 }, () => talk(1)));
      expect([...new Set(names)].sort()).toEqual([said('one', 1), said('two', 1)]);

      const other = { ...place, app: 'blog' };
      expect(await deps.proxy.readTaken(engine, other)).toEqual([{ owner: 'shop-staging', ...addressOfTcp(port) }]);
      const routes = [{ ...route(), instances: ['blog'] }];
      expect(
        await failureOf(deps.proxy.setRoutes(engine, other, { counter: 1, release: 'one', routes })),
      ).toMatchObject({
        kind: 'address-taken',
        message: expect.stringContaining(`TCP port ${port} is an address of shop-staging. Route another port, or`),
      });
      await deps.proxy.setRoutes(engine, place, { counter: 2, routes: [] });
      expect(await talk(1)).not.toContain('bye');
    }, 60_000);

    test('an instance that listens nowhere, or elsewhere, is not healthy', async () => {
      const elsewhere = "require('net').createServer().listen(7001)";
      put('elsewhere', elsewhere, 3_000);
      expect((await failureOf(start('elsewhere'))).message).toContain(
        "accepts no connection on port 7000. Nothing listens there; it listens on 7001. Set the route's port: to that",
      );
    }, 60_000);
  }),
);
