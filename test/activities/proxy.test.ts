import { setTimeout as pause } from 'node:timers/promises';
import Docker from 'dockerode';
import { readAnswer } from '../../activities/drivers/proxy/ask';
import { readAddress } from '../../activities/drivers/proxy/container';
import { connectedTo } from '../../activities/drivers/proxy/drain';
import { readRoutesFile, writeRoutes } from '../../activities/drivers/proxy/routes-file';
import { instanceName, labels, proxyName, releaseNetwork } from '../../src/model/names';
import { describeWith, parts } from '../setup/parts';
import { failureOf, until } from './fixtures';
import { startLoad } from './load';
import { makeStand, service, type Stand } from './rollout-fixtures';

const PLACE = { installation: 'windlass', app: 'shop', environment: 'staging' };
const ROUTE = { service: 'web', host: 'shop.example', path: '/', port: 80 };

describe('the file of routes', () => {
  test('says what it is, and names what its proxy must then say', () => {
    const routes = [
      { ...ROUTE, instances: ['b', 'a'] },
      { ...ROUTE, path: '/api', service: 'api', port: 3000, instances: ['c'] },
    ];
    const file = writeRoutes(PLACE, { counter: 7, release: 'r1', routes });
    expect(readRoutesFile(file.text)).toEqual({ release: 'r1', counter: 7 });
    expect(file.services).toEqual({
      'shop-staging.web.80': ['url:http://a:80', 'url:http://b:80'],
      'shop-staging.api.3000': ['url:http://c:3000'],
    });
    const { http } = JSON.parse(file.text.split('\n')[2]!);
    expect(Object.keys(http.routers)).toEqual(file.routers);
    expect(Object.values(http.routers)).toEqual([
      {
        rule: 'Host("shop.example") && PathPrefix("/")',
        service: 'shop-staging.web.80',
        entryPoints: ['web', 'inside'],
      },
      {
        rule: 'Host("shop.example") && PathPrefix("/api")',
        service: 'shop-staging.api.3000',
        entryPoints: ['web', 'inside'],
      },
    ]);
    expect(http.services['shop-staging.web.80'].loadBalancer.servers).toEqual([
      { url: 'http://a:80' },
      { url: 'http://b:80' },
    ]);
    const later = writeRoutes(PLACE, { counter: 8, release: 'r1', routes });
    expect(later.routers).not.toEqual(file.routers);
  });

  test('shares the requests of a route by weight, and all of that is read back', () => {
    const beside = { percent: 10, port: 81, instances: ['b'] };
    const file = writeRoutes(PLACE, { counter: 7, release: 'r1', routes: [{ ...ROUTE, instances: ['a'], beside }] });
    expect(file.services).toEqual({
      'shop-staging.web.80': ['url:http://a:80'],
      'shop-staging.web.80.beside': ['url:http://b:81'],
      'shop-staging.web.80.shared': ['name:shop-staging.web.80,weight:10', 'name:shop-staging.web.80.beside,weight:90'],
    });
    const { http } = JSON.parse(file.text.split('\n')[2]!) as {
      http: { routers: Record<string, { service: string }> };
    };
    expect(Object.values(http.routers).map(({ service }) => service)).toEqual(['shop-staging.web.80.shared']);
  });

  test('is none where there is nothing to route', () => {
    expect(writeRoutes(PLACE, { counter: 7, routes: [] }).text).toBe('');
    expect(writeRoutes(PLACE, { counter: 7, release: 'r1', routes: [] }).text).toBe('');
    expect(readRoutesFile('')).toBeUndefined();
  });
});

test('where the proxy is published', () => {
  expect(readAddress('80')).toEqual({ port: 80 });
  expect(readAddress('127.0.0.1:8080')).toEqual({ ip: '127.0.0.1', port: 8080 });
  expect(readAddress('[::1]:8080')).toEqual({ ip: '::1', port: 8080 });
});

test('only established connections count, of both families', () => {
  const table = `  sl  local_address rem_address   st tx_queue
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000
   1: 0300F70A:A1B2 0280F70A:0050 01 00000000:00000000 00:00000000
   2: 0300F70A:A1B3 0380F70A:0050 06 00000000:00000000 00:00000000
   3: 0000000000000000FFFF00000300F70A:0050 0000000000000000FFFF00000100F70A:D431 01 00000000:00000000`;
  expect(connectedTo(table)).toEqual(['10.247.128.2', '10.247.0.1']);
});

test('answers as they come over a connection', () => {
  expect(readAnswer('HTTP/1.1 302 Found\r\nLocation: /x\r\n\r\nmoved', 5)).toEqual({
    status: 302,
    headers: { location: '/x' },
    body: 'moved',
    tookMs: 5,
  });
  const chunked = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nöä\r\n3\r\nxyz\r\n0\r\n\r\n';
  expect(readAnswer(chunked, 0)?.body).toBe('öäxyz');
  expect(readAnswer('', 0)).toBeUndefined();
  expect(readAnswer('SSH-2.0-x\r\n', 0)).toBeUndefined();
});

describeWith(['engine', 'images'], 'traffic through the proxy', () => {
  let stand: Stand;
  beforeAll(async () => {
    stand = await makeStand();
    await stand.perform('ensureProxy', {}, { know: [stand.release('one', environment('one')).release] });
    stand.release('two', environment('two'));
    for (const release of ['one', 'two']) {
      await stand.perform('createNetworks', { release });
      await stand.perform('startInstance', { release, service: 'web', replica: 1 });
    }
  });
  afterAll(() => stand.cleanUp());

  const environment = (name: string) => ({
    services: [service('web', { environment: { NAME: name } })],
    routes: [ROUTE],
  });
  const load = (paths: string[], perSecond: number) =>
    startLoad({ ...stand.http, hostname: ROUTE.host }, paths, perSecond);
  const setRoutes = (release: string | undefined, counter = 1) => {
    const instances = release ? [instanceName(stand.place, release, 'web')] : [];
    const routes = release ? [{ ...ROUTE, instances }] : [];
    return stand.deps.proxy.setRoutes(stand.engine, stand.place, { counter, release, routes });
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
    // Traefik by itself waits two seconds between one change and the next.
    expect(took.sort((a, b) => a - b)[10]).toBeLessThan(2_000);
  });

  test('two releases share the requests by weight, and one that is closed answers 503', async () => {
    const [one, two] = ['one', 'two'].map((release) => instanceName(stand.place, release, 'web'));
    const share = async (percent: number) => {
      const beside = { percent, port: ROUTE.port, instances: [one!] };
      const routes = [{ ...ROUTE, instances: [two!], beside }];
      await stand.deps.proxy.setRoutes(stand.engine, stand.place, { counter: 1, release: 'two', routes });
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
    await stand.deps.proxy.setRoutes(stand.engine, stand.place, closed);
    const { engine, place, deps } = stand;
    const question = { to: 'routes', host: ROUTE.host, path: '/' } as const;
    expect(await deps.proxy.ask(engine, place.installation, question, 2_000)).toMatchObject({ status: 503 });
    await setRoutes('one');
  });

  test('what is in flight is waited for, and no longer than may be', async () => {
    await setRoutes('one');
    const { engine, place, deps } = stand;
    const drain = (ms: number) => deps.proxy.drain(engine, place.installation, instanceName(place, 'one', 'web'), ms);
    const running = load(['/cgi-bin/slow'], 100);
    await until(async () => !(await drain(0)));
    expect(await drain(200)).toBe(false);
    await setRoutes('two');
    expect(await drain(20_000)).toBe(true);
    await stand.perform('stopInstance', { release: 'one', service: 'web', replica: 1 });
    const { failed } = await running.stop();
    expect(failed).toEqual({});
    await stand.perform('startInstance', { release: 'one', service: 'web', replica: 1 });
  });

  test('an older rollout does not move routes, a restarted proxy serves what it served, and routes go away', async () => {
    const { engine, place, deps } = stand;
    const ask = () => deps.proxy.ask(engine, place.installation, { to: 'routes', host: ROUTE.host, path: '/' }, 2_000);
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
    await stand.perform('ensureProxy', {});
    await setRoutes('two', 5);
    expect(await ask()).toMatchObject({ status: 200, body: 'two\n' });

    await setRoutes(undefined, 5);
    await setRoutes(undefined, 5);
    expect(await ask()).toMatchObject({ status: 404 });
    expect(await deps.proxy.readRoutes(engine, place)).toEqual({ release: undefined, counter: 5 });
  });

  test('a shell that was killed while it wrote holds up the next one for two seconds, not for ever', async () => {
    await stand.engine.exec(proxyName(stand.place.installation), ['ln', '-s', 'held', '/tmp/shop-staging.lock']);
    const took = async (release: string) => {
      const began = Date.now();
      await setRoutes(release, 6);
      return Date.now() - began;
    };
    const held = await took('two');
    expect(held).toBeGreaterThan(1_900);
    expect(await took('one')).toBeLessThan(held / 2);
  });

  test('nothing is left in the proxy of what was asked there, and it ends as Traefik does', async () => {
    const { engine, place, deps } = stand;
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
    expect(found?.filter((one) => !['cat', 'sh'].includes(one))).toEqual(['traefik']);
    await engine.exec(name, ['sh', '-c', 'kill -9 $(cat /proc/[0-9]*/stat | sed -n "s/ (traefik) .*//p")']);
    const started = async () => (await engine.inspectContainer(name))?.restarts;
    while ((await started()) === 0 && Date.now() < end + 20_000) await pause(200);
    expect(await started()).toBe(1);
    // one that has not begun yet hears no signal
    await until(async () => (await deps.proxy.ask(engine, place.installation, question, 2_000)) !== undefined);
    await engine.stopContainer(name);
    // 137 would be the engine's SIGKILL: that it was not heard
    expect((await engine.inspectContainer(name))?.exitCode).not.toBe(137);
    await stand.perform('ensureProxy', {});
  });

  test('a proxy that was made otherwise is left running, and said', async () => {
    const lines: string[] = [];
    const { installation, proxyImage: image } = stand.deps.settings;
    const before = await stand.engine.inspectContainer(proxyName(installation));
    await stand.deps.proxy.ensure(
      stand.engine,
      { installation, image, http: '127.0.0.1:1' },
      { onProgress: (line) => lines.push(line) },
    );
    expect(await stand.engine.inspectContainer(proxyName(installation))).toEqual(before);
    expect(lines).toEqual([
      expect.stringMatching(/-proxy was made with other settings than .*, and is left as it is$/),
    ]);
  });
});

describeWith(['engine', 'images'], 'a proxy that is killed when networks go', () => {
  let stand: Stand;
  beforeAll(async () => {
    stand = await makeStand();
    for (const release of ['one', 'two']) {
      const services = [service('web', { environment: { NAME: release } })];
      stand.release(release, { services, routes: [ROUTE] });
    }
    await stand.perform('ensureProxy', {});
    for (const release of ['one', 'two']) await stand.perform('createNetworks', { release });
    await stand.perform('startInstance', { release: 'two', service: 'web', replica: 1 });
    await stand.perform('switchRoutes', { release: 'two' });
  });
  afterAll(() => stand.cleanUp());

  const proxy = () => proxyName(stand.place.installation);
  const stateOf = () => stand.engine.inspectContainer(proxy());
  const becomes = (state: string) => until(async () => (await stateOf())?.state === state);
  const serves = () =>
    until(async () => {
      const answer = await fetch(`http://127.0.0.1:${stand.http.port}/`, { headers: { connection: 'close' } });
      // Node sends no other Host: without one that is routed, 404 is the proxy's own answer
      return answer.status === 404 && (await asked()) === 'two\n';
    });
  const asked = async () => {
    const question = { to: 'routes', host: ROUTE.host, path: '/' } as const;
    return (await stand.deps.proxy.ask(stand.engine, stand.place.installation, question, 2_000))?.body;
  };
  /** It ends and is about to be started again; the engine waits twice as long each time, 1.6 s in the end, for a busy machine may not see it in time. */
  const kill = async () => {
    const script = 'kill -9 $(cat /proc/[0-9]*/stat | sed -n "s/ (traefik) .*//p")';
    const restarts = async () => (await stateOf())!.restarts;
    for (let n = 1; n <= 5 || (await stateOf())?.state !== 'restarting'; n++) {
      const before = await restarts();
      await until(async () => (await stand.engine.exec(proxy(), ['sh', '-c', script])).exitCode === 0);
      await until(async () => (await restarts()) > before);
    }
  };
  /** As nobody does it who knows what is in it. */
  const tearAway = async (network: string) => {
    const docker = new Docker({ socketPath: parts().engine.host.replace('unix://', '') });
    await docker.getNetwork(network).remove();
  };
  const networkOf = (release: string) => releaseNetwork(stand.place, release, 'default');
  const drift = async () => {
    const { place, inspect, refTo } = stand;
    return (await inspect.inspectEnvironment({ ...place, record: refTo('two') })).drift;
  };

  test('it comes back without them', async () => {
    await kill();
    await stand.perform('removeNetworks', { release: 'one' });
    await serves();
    expect(Object.keys((await stateOf())!.networks)).toEqual([stand.place.installation, networkOf('two')]);
  });

  test('one that the engine has given up is told of, and brought back as soon as networks are removed', async () => {
    await stand.perform('createNetworks', { release: 'one' });
    await kill();
    await tearAway(networkOf('one'));
    await becomes('exited');
    expect((await stateOf())!.error).toMatch(/^network .* not found$/);
    expect(await drift()).toEqual([
      expect.stringMatching(
        /^local: the proxy is exited \(network .* not found\)\. Expected it to run: windlass bootstrap staging --host local$/,
      ),
    ]);
    await stand.perform('removeNetworks', { release: 'one' });
    await serves();
    expect(await drift()).toEqual([]);
  });

  test('one that a person has stopped stays so until it is needed, and then no network that is gone is in its way', async () => {
    const { engine, perform, place } = stand;
    for (const release of ['one', 'three']) {
      stand.release(release, { services: [service('web')], routes: [ROUTE] });
      await perform('createNetworks', { release });
    }
    await engine.stopContainer(proxy());
    await perform('removeNetworks', { release: 'one' });
    expect(await stateOf()).toMatchObject({ state: 'exited' });
    expect(await drift()).toEqual([
      'local: the proxy is exited. Expected it to run: windlass bootstrap staging --host local',
    ]);

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
    const { engine, deps, place } = stand;
    await engine.stopContainer(proxy());
    await tearAway(networkOf('three'));
    const { installation, proxyImage: image } = deps.settings;
    const http = `127.0.0.1:${stand.http.port}`;
    await deps.proxy.replace(engine, { installation, image, http, https: '127.0.0.1:0' });
    await serves();
    expect(Object.keys((await stateOf())!.networks)).toEqual([place.installation, networkOf('two')]);
  });
});
