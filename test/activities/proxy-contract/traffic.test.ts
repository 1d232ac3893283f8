import { setTimeout as pause } from 'node:timers/promises';
import { instanceName, labels, proxyName, releaseNetwork } from '../../../src/model/names';
import { describeWith } from '../../setup/parts';
import { failureOf, until } from '../fixtures';
import { startLoad } from '../load';
import { makeTestBed, service, type TestBed } from '../rollout/rollout-fixtures';
import { killProgram, PROXY_KINDS } from './kinds';

const ROUTE = { service: 'web', host: 'shop.example', path: '/', port: 80 };

describe.each(PROXY_KINDS)('$kind', (tested) =>
  describeWith(tested.needs, 'traffic through the proxy', () => {
    let bed: TestBed;
    beforeAll(async () => {
      bed = await makeTestBed(tested.settings());
      await bed.perform('ensureProxy', {}, { know: [bed.release('one', environment('one')).release] });
      bed.release('two', environment('two'));
      for (const release of ['one', 'two']) {
        await bed.perform('createNetworks', { release });
        await bed.perform('startInstances', { release, service: 'web', count: 1 });
      }
    });
    afterAll(() => bed.cleanUp());

    const environment = (name: string) => ({
      services: [service('web', { environment: { NAME: name } })],
      routes: [ROUTE],
    });
    const load = (paths: string[], perSecond: number) =>
      startLoad({ ...bed.http, hostname: ROUTE.host }, paths, perSecond);
    const setRoutes = (release: string | undefined, counter = 1) => {
      const instances = release ? [instanceName(bed.place, release, 'web')] : [];
      const routes = release ? [{ ...ROUTE, instances }] : [];
      return bed.deps.proxy.setRoutes(bed.engine, bed.place, { counter, release, routes });
    };

    test('no request fails in twenty switches under load, nor when they are written by two at a time', async () => {
      await setRoutes('one');
      const running = load(['/', '/', '/cgi-bin/slow'], 100);
      const took: number[] = [];
      for (let n = 0; n < 20; n++) {
        const began = Date.now();
        await setRoutes(n % 2 ? 'one' : 'two');
        took.push(Date.now() - began);
      }
      await Promise.all([setRoutes('two'), setRoutes('two')]);
      const { sent, failed, answers } = await running.stop();
      expect(failed).toEqual({});
      expect(Object.keys(answers).sort()).toEqual(['one', 'two']);
      expect(sent).toBeGreaterThan(100);
      // Traefik by itself waits two seconds between one change and the next, so all but the first would take that long;
      // the quickest of many says what a switch costs, however busy the machine.
      expect(took.sort((a, b) => a - b)[3]).toBeLessThan(2_000);
    });

    test('two releases share the requests by weight, and one that is closed answers 503', async () => {
      const [one, two] = ['one', 'two'].map((release) => instanceName(bed.place, release, 'web'));
      const share = async (percent: number) => {
        const beside = { percent, port: ROUTE.port, instances: [one!] };
        const routes = [{ ...ROUTE, instances: [two!], beside }];
        await bed.deps.proxy.setRoutes(bed.engine, bed.place, { counter: 1, release: 'two', routes });
      };
      const underLoad = async (changes: () => Promise<unknown>) => {
        const running = load(['/'], 200);
        await changes();
        return await running.stop();
      };
      await setRoutes('one');
      expect((await underLoad(() => share(10))).failed).toEqual({});
      // Shares are dealt out in turn, so of two clients one could get them all: a single one is counted.
      const { answers, sent, failed } = await underLoad(() => pause(2_000));
      expect(failed).toEqual({});
      const percent = (100 * (answers['two'] ?? 0)) / sent;
      expect(percent).toBeGreaterThan(8);
      expect(percent).toBeLessThan(12);
      const more = await underLoad(async () => {
        await share(50);
        await setRoutes('two');
      });
      expect(more.failed).toEqual({});

      const closed = { counter: 1, release: 'two', routes: [{ ...ROUTE, instances: [] }] };
      await bed.deps.proxy.setRoutes(bed.engine, bed.place, closed);
      const { engine, place, deps } = bed;
      const question = { to: 'routes', host: ROUTE.host, path: '/' } as const;
      expect(await deps.proxy.ask(engine, place.installation, question, 2_000)).toMatchObject({ status: 503 });
      await setRoutes('one');
    });

    test('an instance that comes back at another address has its requests at once', async () => {
      const { engine, place } = bed;
      const name = instanceName(place, 'one', 'web');
      const network = releaseNetwork(place, 'one', 'default');
      const addressOf = async (container: string) => (await engine.inspectContainer(container))?.networks[network];
      await setRoutes('one');
      const slow = load(['/cgi-bin/slow'], 20);
      await pause(1_200);
      await setRoutes('two');
      expect((await slow.stop()).failed).toEqual({});

      const before = await addressOf(name);
      await bed.perform('removeInstances', { release: 'one', service: 'web', left: 0 });
      // It is at the former address, and listens on no port.
      const other = `${name}-other`;
      const config = { Entrypoint: ['sleep', '600'] };
      const { image } = (await engine.inspectContainer(instanceName(place, 'two', 'web')))!;
      const marks = labels(place.installation, { role: 'one-off' });
      await engine.createContainer({
        name: other,
        image,
        labels: marks,
        config,
        networks: [{ name: network, aliases: [] }],
      });
      await engine.startContainer(other);
      expect(await addressOf(other)).toBe(before);
      await bed.perform('startInstances', { release: 'one', service: 'web', count: 1 });

      await setRoutes('one');
      const running = load(['/cgi-bin/slow', '/', '/'], 100);
      await pause(1_500);
      const { failed, answers } = await running.stop();
      expect(failed).toEqual({});
      expect(Object.keys(answers)).toEqual(['one']);
      await engine.removeContainer(other);
    });

    test('what is in flight is waited for, and no longer than may be', async () => {
      await setRoutes('one');
      const { engine, place, deps } = bed;
      const drain = (ms: number) => deps.proxy.drain(engine, place.installation, instanceName(place, 'one', 'web'), ms);
      const running = load(['/cgi-bin/slow'], 100);
      await until(async () => !(await drain(0)));
      expect(await drain(200)).toBe(false);
      await setRoutes('two');
      expect(await drain(20_000)).toBe(true);
      await bed.perform('stopInstances', { release: 'one', service: 'web', left: 0 });
      const { failed } = await running.stop();
      expect(failed).toEqual({});
      await bed.perform('startInstances', { release: 'one', service: 'web', count: 1 });
    });

    test('an older rollout does not move routes, a restarted proxy serves what it served, and routes go away', async () => {
      const { engine, place, deps } = bed;
      const ask = () =>
        deps.proxy.ask(engine, place.installation, { to: 'routes', host: ROUTE.host, path: '/' }, 2_000);
      await setRoutes('two', 5);
      expect(await failureOf(setRoutes('one', 4))).toMatchObject({
        type: 'Permanent',
        kind: 'outdated',
        message: expect.stringContaining('were set by rollout 5 already, this is rollout 4.'),
      });
      expect(await deps.proxy.readRoutes(engine, place)).toEqual({ release: 'two', counter: 5 });

      await engine.stopContainer(proxyName(place.installation));
      expect(await deps.proxy.readRoutes(engine, place)).toBeUndefined();
      expect(await failureOf(setRoutes('two', 5))).toMatchObject({ type: 'Transient', kind: 'no-proxy' });
      await bed.perform('ensureProxy', {});
      await setRoutes('two', 5);
      expect(await ask()).toMatchObject({ status: 200, body: 'two\n' });

      await setRoutes(undefined, 5);
      await setRoutes(undefined, 5);
      expect(await ask()).toMatchObject({ status: 404 });
      expect(await deps.proxy.readRoutes(engine, place)).toEqual({ release: undefined, counter: 5 });
    });

    test('a shell that was killed while it wrote holds up the next one for two seconds, not for ever', async () => {
      await bed.engine.exec(proxyName(bed.place.installation), ['ln', '-s', 'held', '/tmp/routes.lock']);
      const took = async (release: string) => {
        const began = Date.now();
        await setRoutes(release, 6);
        return Date.now() - began;
      };
      const held = await took('two');
      expect(held).toBeGreaterThan(1_900);
      const [one, two, three] = [await took('one'), await took('two'), await took('one')];
      expect(Math.min(one, two, three)).toBeLessThan(held / 2);
    });

    test('nothing is left in the proxy of what was asked there, and it ends as its program does', async () => {
      const { engine, place, deps } = bed;
      const name = proxyName(place.installation);
      const processes = async () =>
        (await engine.exec(name, ['sh', '-c', 'cat /proc/[0-9]*/stat'])).stdout.match(/(?<=\()[^)]+/g);
      const question = { to: 'routes', host: ROUTE.host, path: '/' } as const;
      for (let n = 0; n < 3; n++) await deps.proxy.ask(engine, place.installation, question, 2_000);
      // the clock of a time-out looks once a second whether there is something to end still
      const end = Date.now() + 20_000;
      let found = await processes();
      while (found?.includes('timeout') && Date.now() < end) {
        await pause(200);
        found = await processes();
      }
      expect([...new Set(found?.filter((one) => !['cat', 'sh'].includes(one)))]).toEqual([tested.program]);
      await engine.exec(name, ['sh', '-c', killProgram(tested.program)]);
      const started = async () => (await engine.inspectContainer(name))?.restarts;
      while ((await started()) === 0 && Date.now() < end + 20_000) await pause(200);
      expect(await started()).toBe(1);
      // one that has not begun yet hears no signal
      await until(async () => (await deps.proxy.ask(engine, place.installation, question, 2_000)) !== undefined);
      await engine.stopContainer(name);
      // 137 would be the engine's SIGKILL: that it was not heard
      expect((await engine.inspectContainer(name))?.exitCode).not.toBe(137);
      await bed.perform('ensureProxy', {});
    });

    test('a proxy that was made otherwise is left running, and said', async () => {
      const lines: string[] = [];
      const { installation, proxyKind: kind, proxyImage: image } = bed.deps.settings;
      const before = await bed.engine.inspectContainer(proxyName(installation));
      await bed.deps.proxy.ensure(
        bed.engine,
        { installation, kind, image, http: '127.0.0.1:1' },
        { onProgress: (line) => lines.push(line) },
      );
      expect(await bed.engine.inspectContainer(proxyName(installation))).toEqual(before);
      expect(lines).toEqual([expect.stringMatching(/-proxy has other settings than .*, and keeps them$/)]);
    });
  }),
);
