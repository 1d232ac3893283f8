import { connectEngine } from '../../../activities/drivers/docker/connect';
import { createInspectionActivities } from '../../../activities/inspection';
import { dockerHosts } from '../../../activities/targets/docker';
import { instanceName } from '../../../src/model/names';
import { describeWith } from '../../setup/parts';
import { failureOf } from '../fixtures';
import { onlyDocker } from '../../targets/only-docker';
import { makeTestBed, service, type TestBed } from './rollout-fixtures';

describeWith(['engine', 'images'], 'inspections', () => {
  let bed: TestBed;
  beforeAll(async () => {
    bed = await makeTestBed();
  });
  afterAll(() => bed.cleanUp());

  test('what runs, what differs from the record, and what it says, without secrets', async () => {
    const { perform, place, engine, inspect } = bed;
    process.env['WLTEST_INSPECTED'] = 'canary-0815';
    const services = [
      service('web', { environment: { NAME: '{{secret:NAME}}' }, healthcheck: { test: ['CMD', 'true'] } }),
      service('api'),
    ];
    const routes = [{ service: 'web', host: 'shop.example', path: '/', port: 80 }];
    const record = bed.release('r', { services, routes, secrets: { NAME: { env: 'WLTEST_INSPECTED' } } });
    const look = () => inspect.inspectEnvironment({ app: 'shop', environment: 'staging', record });
    const web = instanceName(place, 'r', 'web');

    expect(await inspect.inspectEnvironment({ app: 'shop', environment: 'staging' })).toMatchObject({
      services: [],
      drift: [],
    });
    expect((await look()).drift).toEqual([
      `local: ${web} is missing`,
      `local: ${instanceName(place, 'r', 'api')} is missing`,
      'local: the proxy is missing. Start it: windlass bootstrap staging --host local',
    ]);
    await perform('ensureProxy', {});
    await perform('createNetworks', { release: 'r' });
    for (const { name } of services) await perform('startInstances', { release: 'r', service: name, count: 1 });
    expect((await look()).drift).toEqual(['local: routes go to nowhere. Expected release r']);
    await perform('switchRoutes', { release: 'r' });
    expect(await look()).toMatchObject({
      services: [
        { host: 'local', service: 'api', release: 'r', state: 'running', health: 'none' },
        { host: 'local', service: 'web', container: web },
      ],
      routes: [{ host: 'local', release: 'r' }],
      drift: [],
    });

    await engine.stopContainer(web);
    await engine.removeContainer(instanceName(place, 'r', 'api'));
    bed.release('other', { services });
    await perform('createNetworks', { release: 'other' });
    await perform('startInstances', { release: 'other', service: 'api', count: 1 });
    const other = instanceName(place, 'other', 'api');
    expect((await look()).drift).toEqual([
      `local: ${web} is exited. Expected it to run`,
      `local: ${instanceName(place, 'r', 'api')} is missing`,
      `local: ${other} runs, but is not part of the recorded release`,
    ]);

    const [log] = await inspect.readLogs({ record, environment: 'staging', service: 'web' });
    expect(log).toEqual({ host: 'local', container: web, text: '*** serves\n' });
    expect(await failureOf(inspect.readLogs({ record, environment: 'staging', service: 'none' }))).toMatchObject({
      message: 'staging has no service none. It has: web, api',
    });
  });

  test('a host that does not answer is told, and so is what runs on the others', async () => {
    const { deps, engine } = bed;
    const gone = { kind: 'docker' as const, name: 'gone', address: 'unix:///nowhere/docker.sock' };
    const hosts = [gone, { kind: 'docker' as const, name: 'local', address: 'local' }];
    const record = bed.release('two', { services: [service('web')], targets: hosts });
    const connect: typeof deps.connect = (host) => (host.name === 'gone' ? connectEngine(host, deps.settings) : engine);
    const { inspectEnvironment } = createInspectionActivities({
      ...deps,
      drivers: onlyDocker(dockerHosts({ ...deps, connect })),
    });
    const found = await inspectEnvironment({ app: 'shop', environment: 'staging', record });
    expect(found.routes.map(({ host }) => host)).toEqual(['local']);
    expect(found.drift).toContain(`local: ${instanceName(bed.place, 'two', 'web')} is missing`);
    expect(found.unreached).toEqual([
      { host: 'gone', why: expect.stringContaining('the engine of gone does not answer (ENOENT)') },
    ]);
    const excluded = await inspectEnvironment({ app: 'shop', environment: 'staging', record, excluded: ['gone'] });
    expect(excluded.unreached).toEqual([]);
    expect(excluded.drift[0]).toBe('gone: excluded, and does not answer');
  });
});
