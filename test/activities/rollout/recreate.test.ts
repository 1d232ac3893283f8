import { accessoryName, environmentNetwork, backupName, releaseNetwork } from '../../../src/model/names';
import type { Service } from '../../../src/model/service';
import { describeWith } from '../../setup/parts';
import { failureOf } from '../fixtures';
import { makeTestBed, service, type TestBed } from './rollout-fixtures';

const ALWAYS = { name: 'always' } as const;

/** It keeps what it is told in a volume; another one answers in the same way, by another name. */
const db = (version: string, more: Partial<Service['container']> = {}): Service =>
  service(
    'db',
    {
      environment: { NAME: `db ${version}` },
      restart: { name: 'always' },
      healthcheck: { test: ['CMD', 'wget', '-qO-', 'http://127.0.0.1/'], intervalMs: 1_000 },
      mounts: [{ type: 'volume', volume: 'data', target: '/data' }],
      ...more,
    },
    { kind: 'accessory' },
  );

/** An accessory that is recreated, and put back; every operation twice, and from wherever a killed worker may have left it. */
describeWith(['engine', 'images'], 'an accessory that has changed', () => {
  let bed: TestBed;
  const [one, two] = ['one', 'two'].map((release) => ({ release, service: 'db' }));
  const [name, kept] = [() => accessoryName(bed.place, 'db'), () => backupName(bed.place, 'db', 'two')];
  const stateOf = (container: string) => bed.engine.inspectContainer(container);
  const sh = async (command: string) => (await bed.engine.exec(name(), ['sh', '-c', command])).stdout.trim();
  const twice = async (action: () => Promise<void>) => {
    await action();
    await action();
  };
  const recreate = () => bed.perform('recreateAccessory', two!);
  const restore = () => bed.perform('restoreAccessory', { ...two!, restart: ALWAYS });
  let former: string;

  beforeEach(async () => {
    bed = await makeTestBed();
    const volumes = [{ name: 'data' }];
    bed.release('one', { services: [db('one')], volumes });
    bed.release('two', { services: [db('two')], volumes });
    await bed.perform('createNetworks', { release: 'one' });
    await bed.perform('startAccessory', one!);
    await bed.perform('createNetworks', { release: 'two' });
    await sh('echo a row > /data/row');
    former = (await stateOf(name()))!.id;
  });
  afterEach(() => bed.cleanUp());

  /** What must be so once it is back: the very container, its data, its restart policy, its place in the networks. */
  async function expectFormer(): Promise<void> {
    const state = await stateOf(name());
    expect(state).toMatchObject({ id: former, state: 'running', restart: ALWAYS });
    expect(Object.keys(state!.networks)).toContain(releaseNetwork(bed.place, 'one', 'default'));
    expect(await sh('cat /data/row')).toBe('a row');
    expect(await stateOf(kept())).toBeUndefined();
  }

  test('is another container on the same volume, in the networks of both releases; the former is kept, then discarded', async () => {
    await twice(recreate);
    const made = await stateOf(name());
    expect(made).toMatchObject({ state: 'running', restart: ALWAYS });
    expect(made!.id).not.toBe(former);
    expect(await sh('cat /data/row; wget -qO- http://127.0.0.1/')).toBe('a row\ndb two');
    expect(Object.keys(made!.networks).sort()).toEqual(
      [
        environmentNetwork(bed.place),
        ...['one', 'two'].map((release) => releaseNetwork(bed.place, release, 'default')),
      ].sort(),
    );
    expect(await stateOf(kept())).toMatchObject({ id: former, state: 'exited', restart: { name: 'no' } });
    await twice(() => bed.perform('discardAccessory', two!));
    expect(await stateOf(kept())).toBeUndefined();
    expect(await sh('cat /data/row')).toBe('a row');
  });

  test('goes back to the very container that it was', async () => {
    await recreate();
    await sh('echo a later row >> /data/row');
    await twice(restore);
    expect(await sh('cat /data/row')).toBe('a row\na later row');
    await sh('echo a row > /data/row');
    await expectFormer();
  });

  test('goes back when the new one does not become healthy', async () => {
    const sick = { ...db('two', { healthcheck: { test: ['CMD', 'false'] } }), healthyWithinMs: 500 };
    bed.release('two', { services: [sick], volumes: [{ name: 'data' }] });
    expect(await failureOf(recreate())).toMatchObject({
      kind: 'unhealthy',
      operation: 'recreateAccessory',
      service: 'db',
    });
    await twice(restore);
    await expectFormer();
  });

  /** What `recreateAccessory` does, call by call: a worker may be killed after any of them. */
  const calls: [string, (bed: TestBed) => Promise<void>][] = [
    ['its policy was set', ({ engine }) => engine.setRestartPolicy(name(), { name: 'no' })],
    ['it was stopped', ({ engine }) => engine.stopContainer(name())],
    ['it was renamed', ({ engine }) => engine.renameContainer(name(), kept())],
  ];
  test.each(calls.map(([where], index) => [where, index + 1] as const))(
    'a worker that is killed after %s: it goes on from there, or back',
    async (_, count) => {
      for (const [, call] of calls.slice(0, count)) await call(bed);
      await twice(restore);
      await expectFormer();
      for (const [, call] of calls.slice(0, count)) await call(bed);
      await recreate();
      expect(await sh('cat /data/row; wget -qO- http://127.0.0.1/')).toBe('a row\ndb two');
      await twice(restore);
      await expectFormer();
    },
  );

  test('a volume without a name goes on to the new container, with what is in it', async () => {
    const { engine } = bed;
    const state = (await stateOf(name()))!;
    // An image may ask for a volume; these images do not, so one is made as the engine makes it.
    await engine.removeContainer(name());
    const nameless = 'ab'.repeat(32);
    await engine.createVolume({ name: nameless, labels: {} });
    await engine.createContainer({
      name: name(),
      image: state.image,
      labels: state.labels,
      config: {
        Cmd: ['sleep', '1000'],
        StopTimeout: 0,
        HostConfig: { Mounts: [{ Type: 'volume', Source: nameless, Target: '/cache' }] },
      },
      networks: [],
    });
    await engine.startContainer(name());
    await sh('echo kept > /cache/it');
    await recreate();
    expect(await sh('cat /cache/it')).toBe('kept');
    await bed.perform('discardAccessory', two!);
    expect(await sh('cat /cache/it')).toBe('kept');
    await engine.removeContainer(name());
  });
});
