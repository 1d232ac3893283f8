import { connectEngine } from '../../../activities/drivers/docker/connect';
import { clientOf } from '../../../parts/server/engine-client';
import { instanceName, oneOffName } from '../../../src/model/names';
import type { Service } from '../../../src/model/service';
import { describeWith } from '../../setup/parts';
import { openSwarmBed, type SwarmBed } from '../../targets/swarm';
import { failureOf, until } from '../fixtures';

describeWith(['engine', 'registry', 'images', 'swarm'], 'what tasks of a swarm are given, and run once', () => {
  let bed: SwarmBed;
  const FILES = [
    { target: '/etc/app/app.conf', mode: 0o644, from: 'app.conf', digest: 'sha256:1' },
    { target: '/run/secrets/token', mode: 0o440, uid: 5, gid: 6, text: 'is {{secret:TOKEN}}' },
  ];
  const secrets = { TOKEN: { env: 'WLTEST_SWARM_TOKEN' } };
  beforeAll(async () => {
    process.env['WLTEST_SWARM_TOKEN'] = 'token-0815';
    bed = await openSwarmBed();
  });
  afterAll(() => bed?.cleanUp());

  const services = (release: string, over: Partial<Service>, container: Partial<Service['container']> = {}) => {
    const service = bed.service('web', over);
    bed.release(release, { services: [{ ...service, container: { ...service.container, ...container } }], secrets });
  };
  const contents = async () => {
    const manager = clientOf(bed.swarm.managers[0]!.engine);
    return { secrets: (await manager.listSecrets()).length, configs: (await manager.listConfigs()).length };
  };
  /** What a command says in a task of the set, on the node that has it. */
  async function exec(release: string, command: string[]): Promise<string> {
    const filters = { label: [`com.docker.swarm.service.name=${instanceName(bed.bed.place, release, 'web')}`] };
    for (const { engine } of bed.swarm.all) {
      const [found] = await clientOf(engine).listContainers({ filters });
      const node = connectEngine({ name: 'node', address: engine }, { dockerHost: engine });
      if (found) return (await node.exec(found.Id, command)).stdout;
    }
    throw new Error('no node runs it');
  }

  test('files and secrets, which no specification shows; what no service uses any more is collected', async () => {
    services('f1', { healthyWithinMs: 60_000 }, { files: FILES });
    await bed.prepare('f1', ['web']);
    await bed.perform('startInstances', { release: 'f1', service: 'web', count: 1 });
    const read = await exec('f1', ['sh', '-c', 'cat /etc/app/app.conf; echo; cat /run/secrets/token']);
    expect(read).toBe('content of app.conf\nis token-0815');
    expect(await exec('f1', ['stat', '-c', '%u:%g %a', '/run/secrets/token'])).toBe('5:6 440\n');
    const set = await bed.manager.inspectService(instanceName(bed.bed.place, 'f1', 'web'));
    expect(JSON.stringify(set)).not.toContain('0815');
    await bed.bed.perform('pruneSecrets', {});
    expect(await contents()).toEqual({ secrets: 1, configs: 1 });
    await bed.perform('removeInstances', { release: 'f1', service: 'web', left: 0 });
    await bed.close('f1');
    await bed.bed.perform('pruneSecrets', {});
    expect(await contents()).toEqual({ secrets: 0, configs: 0 });
  });

  test('a command that runs is stopped before its undo, also when the undo is tried again', async () => {
    const undo = ['sh', '-c', 'exit 3'];
    const before = [{ command: ['sleep', '1000'], undo }];
    services('c1', { before });
    await bed.prepare('c1', ['web']);
    const command = { release: 'c1', service: 'web', index: 0 };
    const first = failureOf(bed.perform('runOneOff', command));
    const tasks = async () => {
      const job = await bed.manager.inspectService(oneOffName(bed.bed.place, 'c1', 'web', 'before-0'));
      return job ? await bed.manager.listTasks([job.id]) : [];
    };
    await until(async () => (await tasks()).some(({ state }) => state === 'running'));
    // The undo fails, so what it undoes stays as the proof that it is due.
    for (const _ of [1, 2])
      expect(await failureOf(bed.perform('runOneOff', { ...command, undo: true }))).toMatchObject({
        message: expect.stringContaining('exit status 3'),
      });
    expect((await tasks()).filter(({ state }) => state === 'running')).toEqual([]);
    expect(await first).toMatchObject({ type: 'Permanent' });
    await bed.close('c1');
  });

  test('a command that never began has no undo', async () => {
    services('c2', { before: [{ command: ['true'], undo: ['false'] }] });
    await bed.prepare('c2', ['web']);
    await bed.perform('runOneOff', { release: 'c2', service: 'web', index: 0, undo: true });
    await bed.close('c2');
  });
});
