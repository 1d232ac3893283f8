import { clientOf } from '../../../parts/server/engine-client';
import { accessoryName, instanceName } from '../../../src/model/names';
import type { Service } from '../../../src/model/service';
import { describeWith } from '../../setup/parts';
import { openSwarmBed, type SwarmBed } from '../../targets/swarm';
import { failureOf, until } from '../fixtures';

/** What a swarm says of its services cannot be relied on: each case is judged by tasks, and told in a sentence. */
describeWith(['engine', 'registry', 'images', 'swarm'], 'what a person gets to know of a set', () => {
  let bed: SwarmBed;
  let count = 0;
  beforeAll(async () => (bed = await openSwarmBed()));
  afterAll(() => bed?.cleanUp());

  const prepared = async (over: Partial<Service>, container: Partial<Service['container']> = {}) => {
    const release = `r${++count}`;
    const service = bed.service('web', over);
    bed.release(release, { services: [{ ...service, container: { ...service.container, ...container } }] });
    await bed.prepare(release, ['web']);
    return release;
  };
  const start = (release: string) => bed.perform('startInstances', { release, service: 'web', count: 2 });
  const remove = async (release: string) => {
    await bed.perform('removeInstances', { release, service: 'web', left: 0 });
    await bed.close(release);
  };
  const failing = async (over: Partial<Service>, container: Partial<Service['container']> = {}) => {
    const release = await prepared(over, container);
    const failure = await failureOf(start(release));
    await remove(release);
    return failure;
  };
  const nameOf = (release: string) => instanceName(bed.bed.place, release, 'web');

  const driftOf = async (release: string) =>
    bed.bed.deps.drivers.swarm.drift(bed.target, {
      place: bed.bed.place,
      release,
      record: (await bed.bed.deps.loadRecord(bed.bed.refTo(release))).environments[0]!,
      known: [],
      observed: await bed.observe(),
    });

  test('it crashes at its start', async () => {
    const command = ['sh', '-c', 'echo "no database"; exit 3'];
    expect(await failing({ healthyWithinMs: 60_000 }, { command })).toMatchObject({
      type: 'Permanent',
      kind: 'unhealthy',
      message: expect.stringMatching(/-web ended with exit status 3 on node \w+/),
      lastLines: ['no database'],
    });
  });

  test('it is never healthy', async () => {
    const healthcheck = { test: ['CMD', 'false'], intervalMs: 500, timeoutMs: 1_000, retries: 2 };
    expect(await failing({ healthyWithinMs: 60_000 }, { healthcheck })).toMatchObject({
      type: 'Permanent',
      kind: 'unhealthy',
      message: expect.stringContaining('its health command failed'),
      lastLines: ['web serves'],
    });
  });

  test('no registry has its image', async () => {
    const image = bed.image.replace(/sha256:.*/, `sha256:${'0'.repeat(64)}`);
    expect(await failing({ image, healthyWithinMs: 60_000 })).toMatchObject({
      type: 'Permanent',
      message: expect.stringMatching(/has no image on node \w+.*look up .*sha256:0000/),
    });
  });

  test('no node fits', async () => {
    const placement = { constraints: ['node.labels.disk==ssd'] };
    expect(await failing({ placement, healthyWithinMs: 60_000 })).toMatchObject({
      type: 'Permanent',
      kind: 'no-node',
      message: expect.stringMatching(/fits on no node: .*scheduling constraints.*deploy.placement/),
    });
  });

  test('somebody changes it, and rolls it back', async () => {
    const release = await prepared({ replicas: 2 });
    await start(release);
    const found = (await bed.manager.inspectService(nameOf(release)))!;
    const other = structuredClone(found.spec);
    other.TaskTemplate.ContainerSpec['Args'] = ['sh', '-c', 'exit 3'];
    other.TaskTemplate.ContainerSpec.Image = bed.image.replace('@', ':1@');
    await bed.manager.updateService(found, other);
    expect(await failureOf(start(release))).toMatchObject({
      type: 'Permanent',
      kind: 'changed-meanwhile',
      message: expect.stringContaining('has another specification than the release'),
    });
    const drift = () => driftOf(release);
    expect(await drift()).toEqual([expect.stringContaining(`Expected ${bed.image}`)]);
    // The swarm's rollback leads to a specification, and this one is the release's.
    await bed.manager.updateService((await bed.manager.inspectService(nameOf(release)))!, found.spec);
    await start(release);
    expect(await drift()).toEqual([]);
    await remove(release);
  });

  /** A change by `docker service update`, whose tasks crash. */
  async function spoil(release: string, action: 'pause' | 'rollback'): Promise<void> {
    const found = (await bed.manager.inspectService(nameOf(release)))!;
    const other = structuredClone(found.spec);
    other.TaskTemplate.ContainerSpec['Args'] = ['sh', '-c', 'exit 3'];
    other.UpdateConfig = { Parallelism: 1, Order: 'start-first', FailureAction: action, Monitor: 5_000_000_000 };
    await bed.manager.updateService(found, other);
  }
  const untilSaid = (release: string, state: string) =>
    until(async () => (await bed.manager.inspectService(nameOf(release)))?.update?.state === state);

  test('a change by others fails, and the swarm pauses it', async () => {
    const release = await prepared({ replicas: 2, healthyWithinMs: 60_000 });
    await start(release);
    expect(await driftOf(release)).toEqual([]);
    await spoil(release, 'pause');
    await untilSaid(release, 'paused');
    expect(await driftOf(release)).toEqual([
      expect.stringMatching(
        /-web was changed by others \(docker service update\), and the change is paused, the swarm says "/,
      ),
    ]);
    expect(await failureOf(start(release))).toMatchObject({
      kind: 'changed-meanwhile',
      message: expect.stringContaining('and the change is paused'),
    });
    await remove(release);
  });

  test('a change by others fails, and the swarm rolls it back by itself: it is what it was', async () => {
    const release = await prepared({ replicas: 2, healthyWithinMs: 60_000 });
    await start(release);
    await spoil(release, 'rollback');
    await untilSaid(release, 'rollback_completed');
    await until(async () => (await driftOf(release)).length === 0);
    await remove(release);
  });

  test('nothing is changed where nothing is to be done', async () => {
    const release = await prepared({});
    await start(release);
    const [before, seen] = [await bed.manager.inspectService(nameOf(release)), await bed.see()];
    await start(release);
    expect([await bed.manager.inspectService(nameOf(release)), await bed.see()]).toEqual([before, seen]);
    await remove(release);
  });

  test('a late writer is told apart from one who knows', async () => {
    const release = await prepared({});
    await start(release);
    const read = (await bed.manager.inspectService(nameOf(release)))!;
    const scaled = (to: number) => ({ ...read.spec, Mode: { Replicated: { Replicas: to } } });
    await bed.manager.updateService(read, scaled(3));
    expect(await failureOf(bed.manager.updateService(read, scaled(1)))).toMatchObject({
      type: 'Transient',
      kind: 'changed-meanwhile',
    });
    expect(await bed.manager.inspectService(nameOf(release))).toMatchObject({ replicas: 3 });
    // Whoever is late looks again: both ends are reached.
    const stop = (left: number) => bed.perform('stopInstances', { release, service: 'web', left });
    await Promise.all([stop(2), stop(1)]);
    expect(await bed.manager.inspectService(nameOf(release))).toMatchObject({ replicas: 1 });
    await remove(release);
  });

  test('an accessory stays with its data, and its former specification comes back', async () => {
    const { place } = bed.bed;
    const store = (script: string) => {
      const service = bed.service('store', { kind: 'accessory', healthyWithinMs: 60_000 });
      const mounts = [{ type: 'volume' as const, volume: 'data', target: '/data' }];
      return { ...service, container: { ...service.container, command: ['sh', '-c', script], mounts } };
    };
    const volumes = [{ name: 'data' }];
    bed.release('a1', { services: [store('echo kept >> /data/log; exec sleep 1000')], volumes });
    bed.release('a2', { services: [store('cat /data/log; exit 4')], volumes });
    const scope = { service: 'store' };
    await bed.bed.perform('startAccessory', { release: 'a1', ...scope });
    const before = (await bed.manager.inspectService(accessoryName(place, 'store')))!;
    const failure = await failureOf(bed.bed.perform('recreateAccessory', { release: 'a2', ...scope }));
    expect(failure).toMatchObject({ kind: 'unhealthy', lastLines: ['kept'] });
    const undo = { release: 'a2', ...scope, restart: { name: 'always' as const } };
    await bed.bed.perform('restoreAccessory', undo);
    await bed.bed.perform('restoreAccessory', undo);
    const after = (await bed.manager.inspectService(accessoryName(place, 'store')))!;
    expect(after.spec).toEqual(before.spec);
    const stores = (await bed.see()).instances.filter(({ service }) => service === 'store');
    expect(stores).toEqual([expect.objectContaining({ runs: true })]);
    await bed.bed.perform('removeAccessory', { release: 'a1', ...scope });
    const node = bed.swarm.all.find(({ id }) =>
      before.spec.TaskTemplate.Placement?.Constraints?.includes(`node.id==${id}`),
    );
    const { Volumes } = await clientOf(node!.engine).listVolumes();
    expect(Volumes.map(({ Name }) => Name)).toContain(`${place.installation}_data`);
  });
});
