import { setTimeout as pause } from 'node:timers/promises';
import { clientOf } from '../../../parts/server/engine-client';
import type { ApplicationFailure } from '@temporalio/common';
import { describeWith } from '../../setup/parts';
import { openSwarmBed, type SwarmBed } from '../../targets/swarm';
import { until } from '../fixtures';

/** The swarm needs half a minute until it gives up a node. */
jest.setTimeout(400_000);

describeWith(['engine', 'registry', 'images', 'swarm'], 'a swarm of three managers', () => {
  let bed: SwarmBed;
  // The proxy is on a node that stays.
  beforeAll(async () => (bed = await openSwarmBed({ nodes: 3, managers: 3, edge: 1 })));
  afterAll(() => bed?.cleanUp());

  /** As Temporal does: again after what is transient, as while the managers elect a leader. */
  async function retried(work: () => Promise<void>, end = Date.now() + 180_000): Promise<void> {
    try {
      await work();
    } catch (error) {
      if ((error as ApplicationFailure).type !== 'Transient' || Date.now() > end) throw error;
      await pause(1_000);
      await retried(work, end);
    }
  }
  const running = async () =>
    (await bed.observe()).containers.flatMap(({ tasks }) => tasks.filter(({ state }) => state === 'running'));
  const prepared = async (release: string) => {
    bed.release(release, { services: [bed.service('web', { replicas: 3, healthyWithinMs: 120_000 })] });
    await bed.prepare(release, ['web']);
  };
  const start = (release: string) => bed.perform('startInstances', { release, service: 'web', count: 3 });
  const remove = async (release: string) => {
    await bed.perform('removeInstances', { release, service: 'web', left: 0 });
    await bed.close(release);
  };
  const watch = (release: string, forMs: number) => bed.perform('watchInstances', { release, forMs });
  async function setAvailability(at: number, Availability: 'active' | 'drain'): Promise<void> {
    const node = clientOf(bed.swarm.all[1]!.engine).getNode(bed.swarm.all[at]!.id);
    const { Spec, Version } = (await node.inspect()) as { Spec: object; Version: { Index: number } };
    await node.update({ ...Spec, version: Version.Index, Availability });
  }

  test('a node is drained in the soak, and the set is whole again on the others', async () => {
    await prepared('drained');
    await start('drained');
    const soak = watch('drained', 8_000);
    await setAvailability(2, 'drain');
    await soak;
    const node = bed.swarm.all[2]!.id.slice(0, 12);
    expect((await running()).map((task) => task.node).filter((one) => one === node)).toEqual([]);
    expect(await running()).toHaveLength(3);
    await setAvailability(2, 'active');
    await remove('drained');
  });

  test('the manager that is asked is lost while a set starts, and another one is asked', async () => {
    await prepared('lost');
    const [first] = bed.swarm.managers;
    const started = retried(() => start('lost'));
    await until(async () => (await bed.observe()).containers.length > 0);
    await first!.stopEngine();
    await started;
    expect((await running()).length).toBeGreaterThanOrEqual(3);
    await retried(() => watch('lost', 1_000));
    await first!.startEngine();
    await until(async () => (await bed.manager.listNodes()).every(({ isUp }) => isUp));
    await retried(() => remove('lost'));
  });
});
