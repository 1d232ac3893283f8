import type { ObservedHost } from '../../../src/model/observed';
import { once } from 'node:events';
import { MockActivityEnvironment } from '@temporalio/testing';
import { accessoryName, instanceName, oneOffName, releaseNetwork } from '../../../src/model/names';
import { makeInstance } from '../../../activities/targets/docker/containers/containers';
import { withHeartbeat } from '../../../activities/heartbeat';
import { observe } from '../../../activities/targets/observe';
import { describeWith, parts } from '../../setup/parts';
import { failureOf, until } from '../fixtures';
import { startLoad } from '../load';
import { contextOf, makeTestBed, service, type TestBed } from './rollout-fixtures';

const ROUTE = { service: 'web', host: 'shop.example', path: '/', port: 80 };
const HEALTH = { test: ['CMD', 'wget', '-qO-', 'http://127.0.0.1/'], intervalMs: 1_000 };

describeWith(['engine', 'images', 'registry'], 'operations of a rollout', () => {
  let bed: TestBed;
  beforeAll(async () => {
    bed = await makeTestBed();
  });
  afterAll(() => bed.cleanUp());

  const twice = async (action: () => Promise<void>) => {
    await action();
    await action();
  };
  const stateOf = (name: string) => bed.engine.inspectContainer(name);

  test('a release goes up beside another, takes over under load, and the other goes; each operation twice', async () => {
    const { perform, place, engine } = bed;
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
      bed.release(name, { services: services(name), routes: [ROUTE], volumes: [{ name: 'data' }] });
    const bringUp = async (release: string) => {
      await twice(() => perform('ensureProxy', {}));
      await twice(() => perform('createNetworks', { release }));
      await twice(() => perform('startAccessory', { release, service: 'db' }));
      await twice(() => perform('startInstances', { release, service: 'api', count: 1 }));
      await twice(() => perform('startInstances', { release, service: 'web', count: 2 }));
    };
    await bringUp('one');
    await twice(() => perform('switchRoutes', { release: 'one' }));

    const load = startLoad({ ...bed.http, hostname: 'shop.example' }, ['/', '/', '/', '/cgi-bin/slow'], 100);
    await bringUp('two');
    await twice(() => perform('switchRoutes', { release: 'two' }, { counter: 2 }));
    await perform('watchInstances', { release: 'two', forMs: 1_000 });

    const local = { kind: 'docker', name: 'local', address: 'local' } as const;
    const { targets } = await observe(bed.deps, place, [local], place.installation);
    const observed = targets['local'] as ObservedHost;
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

    await twice(() => perform('removeInstances', { release: 'one', service: 'web', left: 0 }, { know: ['two'] }));
    await twice(() => perform('removeInstances', { release: 'one', service: 'api', left: 0 }));
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
    bed.release('bad', {
      services,
      secrets: { TOKEN: { env: 'WLTEST_SECRET' } },
      routes: [{ ...ROUTE, service: 'silent' }],
    });
    await bed.perform('createNetworks', { release: 'bad' });
    const failures = await Promise.all(
      services.map(({ name }) => failureOf(bed.perform('startInstances', { release: 'bad', service: name, count: 1 }))),
    );
    const prefix = `${bed.place.installation}-shop-staging-bad-`;
    const raise = (name: string) => `. If it needs more time, raise services.${name}.healthyWithin`;
    expect(failures).toMatchObject([
      {
        type: 'Permanent',
        kind: 'unhealthy',
        operation: 'startInstances',
        host: 'local',
        service: 'sick',
        message: `${prefix}sick was not healthy within 5 s: its health command exited with 3: not yet${raise('sick')}`,
        lastLines: ['token ***'],
      },
      { message: `${prefix}ends exited with status 7`, lastLines: ['token ***'] },
      { message: expect.stringMatching(/restarts (has restarted|exited with status 7)/) },
      {
        message: `${prefix}silent was not healthy within 0.6 s: no answer on port 80 to /. Nothing listens there${raise('silent')}`,
      },
    ]);
    expect((await stateOf(`${prefix}sick`))?.state).toBe('running');
    await Promise.all(
      services.map(({ name }) => bed.perform('removeInstances', { release: 'bad', service: name, left: 0 })),
    );
  });

  test('a stopped instance is started again, and one with another specification is recreated', async () => {
    const { perform, place, engine } = bed;
    bed.release('again', { services: [service('jobs', { healthcheck: HEALTH }, { kind: 'background' })] });
    const jobs = { release: 'again', service: 'jobs' };
    await perform('createNetworks', { release: 'again' });
    await perform('startInstances', { ...jobs, count: 1 });
    const name = instanceName(place, 'again', 'jobs');
    const first = await stateOf(name);
    await twice(() => perform('stopInstances', { ...jobs, left: 0 }));
    expect((await stateOf(name))?.state).toBe('exited');
    await twice(() => perform('startInstances', { ...jobs, count: 1 }));
    expect(await stateOf(name)).toMatchObject({ state: 'running', id: first!.id });

    bed.release('again', { services: [service('jobs', { healthcheck: HEALTH, environment: { NAME: 'other' } })] });
    await perform('startInstances', { ...jobs, count: 1 });
    expect((await stateOf(name))!.id).not.toBe(first!.id);
    await perform('removeInstances', { ...jobs, left: 0 });
    await perform('stopInstances', { ...jobs, left: 0 });

    // A worker that was killed between making and starting.
    const ctx = await contextOf(bed, 'startInstances', { again: bed.refTo('again') });
    const make = makeInstance(ctx, await ctx.environment('again'), await ctx.service('again', 'jobs'), 'again', 1);
    const { id } = await engine.createContainer(await make.whole());
    await perform('startInstances', { ...jobs, count: 1 });
    expect(await stateOf(name)).toMatchObject({ state: 'running', id });
    await perform('removeInstances', { ...jobs, left: 0 });
  });

  test('a command runs once, its undo only after it, and both again only when it was undone', async () => {
    const { perform, place, engine } = bed;
    const container = { mounts: [{ type: 'volume', volume: 'log', target: '/log' } as const] };
    const note = (what: string) => ['sh', '-c', `echo ${what} >> /log/${bed.place.installation}`];
    const before = [
      { command: note('did'), undo: note('undid') },
      { command: ['sh', '-c', 'echo broken; exit 4'], undo: note('undid broken') },
    ];
    bed.release('cmd', {
      services: [service('api', { ...container, healthcheck: HEALTH }, { before })],
      volumes: [{ name: 'log' }],
    });
    const api = { release: 'cmd', service: 'api' };
    await perform('createNetworks', { release: 'cmd' });
    await perform('startInstances', { ...api, count: 1 });
    const log = async () =>
      (await engine.exec(instanceName(place, 'cmd', 'api'), ['cat', `/log/${bed.place.installation}`])).stdout
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
    await perform('removeInstances', { ...api, left: 0 });
    await twice(() => perform('removeNetworks', { release: 'cmd' }));
    expect(await stateOf(oneOffName(place, 'cmd', 'api', 'before-0'))).toBeUndefined();
  });

  test('a retry waits for the command that runs, and a cancelled one is stopped before its undo', async () => {
    const { perform, place, engine } = bed;
    const before = [{ command: ['sh', '-c', 'sleep 1.5'] }, { command: ['sleep', '100'], undo: ['true'] }];
    bed.release('slow', { services: [service('api', {}, { before })] });
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
    const { perform, place, engine } = bed;
    bed.release('soak', {
      services: [service('api', { healthcheck: HEALTH }), service('jobs', { healthcheck: HEALTH })],
    });
    await perform('createNetworks', { release: 'soak' });
    for (const name of ['api', 'jobs']) await perform('startInstances', { release: 'soak', service: name, count: 1 });
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
        /-soak-api (has restarted|was restarted|exited with status 0), [\d.]+ s into the soak$/,
      ),
    });
    await engine.removeContainer(instanceName(place, 'soak', 'jobs'));
    expect(await failureOf(perform('watchInstances', { release: 'soak', forMs: 20_000 }))).toMatchObject({
      service: 'jobs',
      message: expect.stringMatching(/-soak-jobs is gone/),
    });
    await perform('removeInstances', { release: 'soak', service: 'api', left: 0 });
  });

  test('a retry goes on with the soak where it was, and finds out how its command ended; another operation runs it again', async () => {
    const { perform, place, engine } = bed;
    const before = [{ command: ['sh', '-c', 'echo broken; exit 4'] }];
    bed.release('retry', { services: [service('api', { healthcheck: HEALTH }, { before })] });
    const api = { release: 'retry', service: 'api' };
    await perform('createNetworks', { release: 'retry' });
    await perform('startInstances', { ...api, count: 1 });

    const soak = withHeartbeat(() => perform('watchInstances', { release: 'retry', forMs: 60_000 }));
    const earlier = { resume: { since: Date.now() - 59_500, instances: {} } };
    const began = Date.now();
    await new MockActivityEnvironment({ heartbeatDetails: earlier }).run(soak, undefined);
    expect(Date.now() - began).toBeLessThan(30_000);

    const run = async (activityId: string) => {
      const action = () => failureOf(perform('runOneOff', { ...api, index: 0 }));
      expect(await new MockActivityEnvironment({ activityId }).run(action)).toMatchObject({ kind: 'command-failed' });
      return (await engine.inspectContainer(oneOffName(place, 'retry', 'api', 'before-0')))!.id;
    };
    const ids = [await run('1'), await run('1'), await run('2')];
    expect(ids[1]).toBe(ids[0]);
    expect(ids[2]).not.toBe(ids[0]);
    await perform('removeInstances', { ...api, left: 0 });
    await perform('removeNetworks', { release: 'retry' });
  });

  test('images are pulled by digest, and pruned when nothing needs them', async () => {
    const { perform, engine } = bed;
    const repository = `${parts().registry.address}/shop/web`;
    const id = await engine.imageId(parts().images.base.name);
    await engine.tagImage(id!, repository, bed.place.installation);
    const digest = await engine.pushImage(repository, bed.place.installation, undefined);
    const image = `${repository}@${digest}`;
    bed.release('pull', {
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
    // the tag that the builder gave it would keep it there
    expect(await engine.imageId(`${repository}:${bed.place.installation}`)).toBeUndefined();
  });

  test('what no record knows is said', async () => {
    expect(await failureOf(bed.perform('ensureProxy', {}, { know: [] }))).toMatchObject({
      kind: 'no-such-host',
      operation: 'ensureProxy',
    });
    bed.release('known', { services: [] });
    expect(await failureOf(bed.perform('pullImage', { release: 'known', service: 'web' }))).toMatchObject({
      kind: 'no-such-service',
      message: 'release known has no service web. It has: none',
    });
  });
});
