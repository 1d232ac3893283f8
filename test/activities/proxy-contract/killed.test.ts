import { setTimeout as pause } from 'node:timers/promises';
import Docker from 'dockerode';
import { labels, proxyName, releaseNetwork } from '../../../src/model/names';
import { describeWith, parts } from '../../setup/parts';
import { until } from '../fixtures';
import { makeTestBed, service, type TestBed } from '../rollout/rollout-fixtures';
import { killProgram, PROXY_KINDS } from './kinds';

const ROUTE = { service: 'web', host: 'shop.example', path: '/', port: 80 };

describe.each(PROXY_KINDS)('$kind', (tested) =>
  describeWith(tested.needs, 'a proxy that is killed when networks go', () => {
    let bed: TestBed;
    beforeAll(async () => {
      bed = await makeTestBed(tested.settings());
      for (const release of ['one', 'two']) {
        const services = [service('web', { environment: { NAME: release } })];
        bed.release(release, { services, routes: [ROUTE] });
      }
      await bed.perform('ensureProxy', {});
      for (const release of ['one', 'two']) await bed.perform('createNetworks', { release });
      await bed.perform('startInstances', { release: 'two', service: 'web', count: 1 });
      await bed.perform('switchRoutes', { release: 'two' });
    });
    afterAll(() => bed.cleanUp());

    const proxy = () => proxyName(bed.place.installation);
    const stateOf = () => bed.engine.inspectContainer(proxy());
    const becomes = (state: string) => until(async () => (await stateOf())?.state === state);
    const serves = () =>
      until(async () => {
        const answer = await fetch(`http://127.0.0.1:${bed.http.port}/`, { headers: { connection: 'close' } });
        // Node sends no other Host: without one that is routed, 404 is the proxy's own answer
        return answer.status === 404 && (await asked()) === 'two\n';
      });
    const asked = async () => {
      const question = { to: 'routes', host: ROUTE.host, path: '/' } as const;
      return (await bed.deps.proxy.ask(bed.engine, bed.place.installation, question, 2_000))?.body;
    };
    /** It ends and is about to be started again; the engine waits twice as long each time, 3.2 s after five, because a busy machine may not see it in time. */
    const kill = async () => {
      for (let found = await stateOf(); found!.restarts < 5 || found!.state !== 'restarting';) {
        // It ends with the container, or finds nothing to kill yet.
        await bed.engine.exec(proxy(), ['sh', '-c', killProgram(tested.program)]).catch(() => undefined);
        await pause(50);
        found = await stateOf();
      }
    };
    /** As nobody does it who knows what is in it. */
    const tearAway = async (network: string) => {
      const docker = new Docker({ socketPath: parts().engine.host.replace('unix://', '') });
      await docker.getNetwork(network).remove();
    };
    const networkOf = (release: string) => releaseNetwork(bed.place, release, 'default');
    const drift = async () => {
      const { place, inspect, refTo } = bed;
      return (await inspect.inspectEnvironment({ ...place, record: refTo('two') })).drift;
    };

    test('it comes back without them', async () => {
      await kill();
      await bed.perform('removeNetworks', { release: 'one' });
      await serves();
      expect(Object.keys((await stateOf())!.networks)).toEqual([bed.place.installation, networkOf('two')]);
    });

    test('one that the engine has given up is reported, and brought back as soon as networks are removed', async () => {
      await bed.perform('createNetworks', { release: 'one' });
      await kill();
      await tearAway(networkOf('one'));
      await becomes('exited');
      expect((await stateOf())!.error).toMatch(/^network .* not found$/);
      expect(await drift()).toEqual([
        expect.stringMatching(
          /^local: the proxy is exited \(network .* not found\)\. Start it: windlass bootstrap staging --host local$/,
        ),
      ]);
      await bed.perform('removeNetworks', { release: 'one' });
      await serves();
      expect(await drift()).toEqual([]);
    });

    test('one that a person has stopped stays so until it is needed, and then no network that is gone is in its way', async () => {
      const { engine, perform, place } = bed;
      for (const release of ['one', 'three']) {
        bed.release(release, { services: [service('web')], routes: [ROUTE] });
        await perform('createNetworks', { release });
      }
      await engine.stopContainer(proxy());
      await perform('removeNetworks', { release: 'one' });
      expect(await stateOf()).toMatchObject({ state: 'exited' });
      expect(await drift()).toEqual(['local: the proxy is exited. Start it: windlass bootstrap staging --host local']);

      for (const network of [networkOf('three'), place.installation]) await tearAway(network);
      await engine.createNetwork({ name: networkOf('three'), labels: labels(place.installation, { role: 'network' }) });
      const { id } = (await stateOf())!;
      await perform('ensureProxy', {});
      await serves();
      const found = (await stateOf())!;
      expect(found.id).toBe(id);
      expect(Object.keys(found.networks).sort()).toEqual(
        [place.installation, networkOf('three'), networkOf('two')].sort(),
      );
    });

    test('one that is made otherwise joins only those that are there', async () => {
      const { engine, deps, place } = bed;
      await engine.stopContainer(proxy());
      await tearAway(networkOf('three'));
      const { installation, proxyKind: kind, proxyImage: image } = deps.settings;
      const http = `127.0.0.1:${bed.http.port}`;
      await deps.proxy.replace(engine, { installation, kind, image, http, tcp: ['127.0.0.1:1'] });
      await serves();
      expect(Object.keys((await stateOf())!.networks)).toEqual([place.installation, networkOf('two')]);
    });
  }),
);
