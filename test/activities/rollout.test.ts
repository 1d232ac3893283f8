import { once } from 'node:events';
import { MockActivityEnvironment } from '@temporalio/testing';
import { accessoryName, instanceName, oneOffName, releaseNetwork } from '../../src/model/names';
import { makeInstance } from '../../activities/rollout/containers';
import { openContext } from '../../activities/rollout/context';
import { withHeartbeat } from '../../activities/heartbeat';
import { observe } from '../../activities/rollout/observe';
import { describeWith, parts } from '../setup/parts';
import { failureOf, until } from './fixtures';
import { startLoad } from './load';
import { makeStand, service, type Stand } from './rollout-fixtures';

const ROUTE = { service: 'web', host: 'shop.example', path: '/', port: 80 };
const HEALTH = { test: ['CMD', 'wget', '-qO-', 'http://127.0.0.1/'], intervalMs: 1_000 };

describeWith(['engine', 'images', 'registry'], 'operations of a rollout', () => {
  let stand: Stand;
  beforeAll(async () => {
    stand = await makeStand();
  });
  afterAll(() => stand.cleanUp());

  const twice = async (deed: () => Promise<void>) => {
    await deed();
    await deed();
  };
  const stateOf = (name: string) => stand.engine.inspectContainer(name);

  test('a release goes up beside another, takes over under load, and the other goes; each operation twice', async () => {
    const { perform, place, engine } = stand;
    const db = service(
      'db',
      { healthcheck: HEALTH, mounts: [{ type: 'volume', volume: 'data', target: '/data' }] },
      { kind: 'accessory' },
    );
    const services = (name: string) => [
      db,
      service('api', { healthcheck: HEALTH, environment: { NAME: `api ${name}` } }),
      service('web', { environment: { NAME: name } }, { replicas: 2 }),
    ];
    for (const name of ['one', 'two'])
      stand.release(name, { services: services(name), routes: [ROUTE], volumes: [{ name: 'data' }] });
    const bringUp = async (release: string) => {
      await twice(() => perform('ensureProxy', {}));
      await twice(() => perform('createNetworks', { release }));
      await twice(() => perform('startAccessory', { release, service: 'db' }));
      await twice(() => perform('startInstance', { release, service: 'api', replica: 1 }));
      for (const replica of [1, 2]) await twice(() => perform('startInstance', { release, service: 'web', replica }));
    };
    await bringUp('one');
    await twice(() => perform('switchRoutes', { release: 'one' }));

    const load = startLoad({ ...stand.http, hostname: 'shop.example' }, ['/', '/', '/', '/cgi-bin/slow'], 100);
    await bringUp('two');
    await twice(() => perform('switchRoutes', { release: 'two' }, { counter: 2 }));
    await perform('watchInstances', { release: 'two', forMs: 1_000 });

    const observed = (
      await observe(stand.deps, place, [{ kind: 'docker', name: 'local', address: 'local' }], place.installation)
    ).hosts['local']!;
    expect(observed).toMatchObject({
      networks: ['one', 'two'],
      routes: { release: 'two', counter: 2 },
      proxy: { state: 'running' },
    });
    expect(observed.containers.map(({ role, service: name, release }) => `${role} ${name} ${release}`)).toEqual([
      'accessory db one',
      'instance api one',
      'instance web one',
      'instance web one',
      'instance api two',
      'instance web two',
      'instance web two',
    ]);
    const inOne = await engine.exec(instanceName(place, 'one', 'web'), ['wget', '-qO-', 'http://api/']);
    const inTwo = await engine.exec(instanceName(place, 'two', 'web'), ['wget', '-qO-', 'http://api/']);
    expect([inOne.stdout, inTwo.stdout]).toEqual(['api one\n', 'api two\n']);
    expect((await engine.exec(instanceName(place, 'two', 'web'), ['wget', '-qO-', 'http://db/'])).stdout).toBe('db\n');

    for (const replica of [1, 2])
      await twice(() => perform('removeInstance', { release: 'one', service: 'web', replica }, { know: ['two'] }));
    await twice(() => perform('removeInstance', { release: 'one', service: 'api', replica: 1 }));
    await twice(() => perform('removeNetworks', { release: 'one' }));
    await twice(() => perform('removeAccessory', { release: 'two', service: 'db' }));
    const { sent, failed, answers } = await load.stop();
    expect(failed).toEqual({});
    expect(sent).toBeGreaterThan(200);
    expect(Object.keys(answers).sort()).toEqual(['one', 'two']);

    // The accessory is of release one, so release two only leaves it.
    const accessory = await stateOf(accessoryName(place, 'db'));
    expect(accessory).toMatchObject({ state: 'running' });
    expect(Object.keys(accessory!.networks)).not.toContain(releaseNetwork(place, 'two', 'default'));
    await perform('startAccessory', { release: 'two', service: 'db' });
    await twice(() => perform('switchRoutes', {}, { counter: 2 }));
    await twice(() => perform('removeAccessory', { release: 'one', service: 'db' }));
    expect(await stateOf(accessoryName(place, 'db'))).toBeUndefined();
  });

  test('an instance that does not become healthy says where, what and its last words, without secrets', async () => {
    process.env['WLTEST_SECRET'] = 'canary-4711';
    const container = {
      environment: { TOKEN: '{{secret:TOKEN}}' },
      command: ['sh', '-c', 'echo "token $TOKEN"; sleep 100'],
    };
    const healthcheck = { test: ['CMD-SHELL', 'echo not yet; exit 3'] };
    const services = [
      service('sick', { ...container, healthcheck }, { healthyWithinMs: 5_000 }),
      service('ends', { ...container, command: ['sh', '-c', 'echo "token $TOKEN"; exit 7'], restart: { name: 'no' } }),
      service('restarts', { ...container, command: ['sh', '-c', 'exit 7'], restart: { name: 'always' } }),
      service('silent', container, { healthyWithinMs: 600 }),
    ];
    stand.release('bad', {
      services,
      secrets: { TOKEN: { env: 'WLTEST_SECRET' } },
      routes: [{ ...ROUTE, service: 'silent' }],
    });
    await stand.perform('createNetworks', { release: 'bad' });
    const failures = await Promise.all(
      services.map(({ name }) =>
        failureOf(stand.perform('startInstance', { release: 'bad', service: name, replica: 1 })),
      ),
    );
    const prefix = `${stand.place.installation}-shop-staging-bad-`;
    const raise = (name: string) => `. If it only needs longer, raise services.${name}.healthyWithin`;
    expect(failures).toMatchObject([
      {
        type: 'Permanent',
        kind: 'unhealthy',
        operation: 'startInstance',
        host: 'local',
        service: 'sick',
        message: `${prefix}sick was not healthy within 5 s: its health command exited with 3: not yet${raise('sick')}`,
        lastLines: ['token ***'],
      },
      { message: `${prefix}ends exited with status 7`, lastLines: ['token ***'] },
      { message: expect.stringMatching(/restarts (has restarted|exited with status 7)/) },
      { message: `${prefix}silent was not healthy within 0.6 s: no answer on port 80 to /${raise('silent')}` },
    ]);
    expect((await stateOf(`${prefix}sick`))?.state).toBe('running');
    await Promise.all(
      services.map(({ name }) => stand.perform('removeInstance', { release: 'bad', service: name, replica: 1 })),
    );
  });

  test('a stopped instance is started again, and one made otherwise is made anew', async () => {
    const { perform, place, engine } = stand;
    stand.release('again', { services: [service('jobs', { healthcheck: HEALTH }, { kind: 'background' })] });
    const jobs = { release: 'again', service: 'jobs', replica: 1 };
    await perform('createNetworks', { release: 'again' });
    await perform('startInstance', jobs);
    const name = instanceName(place, 'again', 'jobs');
    const first = await stateOf(name);
    await twice(() => perform('stopInstance', jobs));
    expect((await stateOf(name))?.state).toBe('exited');
    await twice(() => perform('startInstance', jobs));
    expect(await stateOf(name)).toMatchObject({ state: 'running', id: first!.id });

    stand.release('again', { services: [service('jobs', { healthcheck: HEALTH, environment: { NAME: 'other' } })] });
    await perform('startInstance', jobs);
    expect((await stateOf(name))!.id).not.toBe(first!.id);
    await perform('removeInstance', jobs);
    await perform('stopInstance', jobs);

    // A worker that was killed between making and starting.
    const scope = { app: 'shop', environment: 'staging', counter: 1, records: { again: stand.refTo('again') } };
    const ctx = await openContext(stand.deps, 'startInstance', { host: 'local', scope });
    const make = makeInstance(ctx, await ctx.environment('again'), await ctx.service('again', 'jobs'), 'again', 1);
    const { id } = await engine.createContainer(await make.whole());
    await perform('startInstance', jobs);
    expect(await stateOf(name)).toMatchObject({ state: 'running', id });
    await perform('removeInstance', jobs);
  });

  test('a command runs once, its undo only after it, and both again only when it was undone', async () => {
    const { perform, place, engine } = stand;
    const container = { mounts: [{ type: 'volume', volume: 'log', target: '/log' } as const] };
    const note = (what: string) => ['sh', '-c', `echo ${what} >> /log/${stand.place.installation}`];
    const before = [
      { command: note('did'), undo: note('undid') },
      { command: ['sh', '-c', 'echo broken; exit 4'], undo: note('undid broken') },
    ];
    stand.release('cmd', {
      services: [service('api', { ...container, healthcheck: HEALTH }, { before })],
      volumes: [{ name: 'log' }],
    });
    const api = { release: 'cmd', service: 'api' };
    await perform('createNetworks', { release: 'cmd' });
    await perform('startInstance', { ...api, replica: 1 });
    const log = async () =>
      (await engine.exec(instanceName(place, 'cmd', 'api'), ['cat', `/log/${stand.place.installation}`])).stdout
        .trim()
        .split('\n');

    await twice(() => perform('runOneOff', { ...api, index: 0 }));
    expect(await log()).toEqual(['did']);
    expect(await failureOf(perform('runOneOff', { ...api, index: 1 }))).toMatchObject({
      type: 'Permanent',
      kind: 'command-failed',
      operation: 'runOneOff',
      service: 'api',
      message: '"sh -c echo broken; exit 4" of api ended with exit status 4. Expected 0',
      lastLines: ['broken'],
    });
    await twice(() => perform('runOneOff', { ...api, index: 1, undo: true }));
    await twice(() => perform('runOneOff', { ...api, index: 0, undo: true }));
    expect(await log()).toEqual(['did', 'undid broken', 'undid']);
    await perform('runOneOff', { ...api, index: 0 });
    expect(await log()).toEqual(['did', 'undid broken', 'undid', 'did']);
    await perform('removeInstance', { ...api, replica: 1 });
    await twice(() => perform('removeNetworks', { release: 'cmd' }));
    expect(await stateOf(oneOffName(place, 'cmd', 'api', 'before-0'))).toBeUndefined();
  });

  test('a retry waits for the command that runs, and a cancelled one is stopped before its undo', async () => {
    const { perform, place, engine } = stand;
    const before = [{ command: ['sh', '-c', 'sleep 1.5'] }, { command: ['sleep', '100'], undo: ['true'] }];
    stand.release('slow', { services: [service('api', {}, { before })] });
    await perform('createNetworks', { release: 'slow' });
    const command = { release: 'slow', service: 'api', index: 0 };
    const found = () => engine.inspectContainer(oneOffName(place, 'slow', 'api', 'before-0'));
    const first = perform('runOneOff', command);
    await until(async () => (await found())?.state === 'running');
    const { id, startedAt } = (await found())!;
    await Promise.all([first, perform('runOneOff', command)]);
    expect(await found()).toMatchObject({ id, startedAt, exitCode: 0 });

    const name = oneOffName(place, 'slow', 'api', 'before-1');
    void perform('runOneOff', { release: 'slow', service: 'api', index: 1 }).catch(() => undefined);
    await until(async () => (await engine.inspectContainer(name))?.state === 'running');
    await perform('runOneOff', { release: 'slow', service: 'api', index: 1, undo: true });
    expect(await stateOf(name)).toBeUndefined();
    await perform('removeNetworks', { release: 'slow' });
  });

  test('the soak ends as soon as an instance restarts or is gone', async () => {
    const { perform, place, engine } = stand;
    stand.release('soak', {
      services: [service('api', { healthcheck: HEALTH }), service('jobs', { healthcheck: HEALTH })],
    });
    await perform('createNetworks', { release: 'soak' });
    for (const name of ['api', 'jobs']) await perform('startInstance', { release: 'soak', service: name, replica: 1 });
    const watching = new MockActivityEnvironment();
    // it says that it has looked, so that a retry goes on from there
    const begun = once(watching, 'heartbeat');
    const watch = withHeartbeat(() => failureOf(perform('watchInstances', { release: 'soak', forMs: 60_000 })));
    const restarted = watching.run(watch, undefined);
    await begun;
    await engine.exec(instanceName(place, 'soak', 'api'), ['kill', '1']);
    expect(await restarted).toMatchObject({
      kind: 'unhealthy-in-soak',
      operation: 'watchInstances',
      service: 'api',
      message: expect.stringMatching(
        /-soak-api (has restarted|was started again|exited with status 0), [\d.]+ s into the soak$/,
      ),
    });
    await engine.removeContainer(instanceName(place, 'soak', 'jobs'));
    expect(await failureOf(perform('watchInstances', { release: 'soak', forMs: 20_000 }))).toMatchObject({
      service: 'jobs',
      message: expect.stringMatching(/-soak-jobs is gone/),
    });
    await perform('removeInstance', { release: 'soak', service: 'api', replica: 1 });
  });

  test('a retry goes on with the soak where it was, and finds out how its command ended; another deed runs it again', async () => {
    const { perform, place, engine } = stand;
    const before = [{ command: ['sh', '-c', 'echo broken; exit 4'] }];
    stand.release('retry', { services: [service('api', { healthcheck: HEALTH }, { before })] });
    const api = { release: 'retry', service: 'api' };
    await perform('createNetworks', { release: 'retry' });
    await perform('startInstance', { ...api, replica: 1 });

    const soak = withHeartbeat(() => perform('watchInstances', { release: 'retry', forMs: 60_000 }));
    const earlier = { resume: { since: Date.now() - 59_500, instances: {} } };
    const began = Date.now();
    await new MockActivityEnvironment({ heartbeatDetails: earlier }).run(soak, undefined);
    expect(Date.now() - began).toBeLessThan(30_000);

    const run = async (activityId: string) => {
      const deed = () => failureOf(perform('runOneOff', { ...api, index: 0 }));
      expect(await new MockActivityEnvironment({ activityId }).run(deed)).toMatchObject({ kind: 'command-failed' });
      return (await engine.inspectContainer(oneOffName(place, 'retry', 'api', 'before-0')))!.id;
    };
    const ids = [await run('1'), await run('1'), await run('2')];
    expect(ids[1]).toBe(ids[0]);
    expect(ids[2]).not.toBe(ids[0]);
    await perform('removeInstance', { ...api, replica: 1 });
    await perform('removeNetworks', { release: 'retry' });
  });

  test('images are pulled by digest, and pruned when nothing needs them', async () => {
    const { perform, engine } = stand;
    const repository = `${parts().registry.address}/shop/web`;
    const id = await engine.imageId(parts().images.base.name);
    await engine.tagImage(id!, repository, stand.place.installation);
    const digest = await engine.pushImage(repository, stand.place.installation, undefined);
    await engine.removeImage(`${repository}:${stand.place.installation}`);
    const image = `${repository}@${digest}`;
    stand.release('pull', {
      services: [
        service('web', {}, { image }),
        service('gone', {}, { image: `${repository}@sha256:${'0'.repeat(64)}` }),
      ],
    });
    await twice(() => perform('pullImage', { release: 'pull', service: 'web' }));
    expect(await engine.imageId(image)).toBe(id);
    expect(await failureOf(perform('pullImage', { release: 'pull', service: 'gone' }))).toMatchObject({
      type: 'Permanent',
      operation: 'pullImage',
      service: 'gone',
      host: 'local',
    });
    await perform('pruneImages', { keep: [image] });
    expect(await engine.imageId(image)).toBe(id);
    await twice(() => perform('pruneImages', { keep: [] }));
    expect(await engine.imageId(image)).toBeUndefined();
  });

  test('what no record knows is said', async () => {
    expect(await failureOf(stand.perform('ensureProxy', {}, { know: [] }))).toMatchObject({
      kind: 'no-such-host',
      operation: 'ensureProxy',
    });
    stand.release('known', { services: [] });
    expect(await failureOf(stand.perform('pullImage', { release: 'known', service: 'web' }))).toMatchObject({
      kind: 'no-such-service',
      message: 'release known has no service web. It has: none',
    });
  });
});
