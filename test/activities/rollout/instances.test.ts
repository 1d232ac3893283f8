import { instanceName } from '../../../src/model/names';
import { listComposed } from '../../../activities/targets/docker/containers/find-accessory';
import { clientOf } from '../../../parts/server/engine-client';
import { describeWith, parts } from '../../setup/parts';
import { failureOf, uniqueName } from '../fixtures';
import { makeTestBed, service, type TestBed } from './rollout-fixtures';

describeWith(['engine', 'images'], 'instances by count', () => {
  let bed: TestBed;
  beforeAll(async () => {
    bed = await makeTestBed();
    bed.release('one', { services: [service('web', { healthcheck: { test: ['CMD', 'true'] } }, { replicas: 3 })] });
    await bed.perform('createNetworks', { release: 'one' });
  });
  afterAll(() => bed?.cleanUp());

  const web = { release: 'one', service: 'web' };
  const states = async () => {
    const names = [1, 2, 3].map((replica) => instanceName(bed.place, 'one', 'web', replica));
    const found = await Promise.all(names.map((name) => bed.engine.inspectContainer(name)));
    return found.map((one) => one?.state ?? 'none');
  };

  test('as many run as are wanted, and the last ones stop and go first', async () => {
    await bed.perform('startInstances', { ...web, count: 2 });
    expect(await states()).toEqual(['running', 'running', 'none']);
    await bed.perform('startInstances', { ...web, count: 3 });
    await bed.perform('stopInstances', { ...web, left: 1, drain: true });
    expect(await states()).toEqual(['running', 'exited', 'exited']);
    await bed.perform('startInstances', { ...web, count: 2 });
    await bed.perform('removeInstances', { ...web, left: 1 });
    expect(await states()).toEqual(['running', 'none', 'none']);
    await bed.perform('removeInstances', { ...web, left: 0 });
    expect(await states()).toEqual(['none', 'none', 'none']);
  });

  test('none passes for a container of another by what its image or its record says of it', async () => {
    const docker = clientOf(parts().engine.host);
    const [repo, tag] = [uniqueName('labelled'), 'x'];
    const { installation, app, environment } = bed.place;
    const labels = {
      'com.docker.compose.project': 'bank_production',
      'com.docker.compose.service': 'db',
      [`${installation}.ledger`]: 'made up',
      'aaa.role': 'instance',
      'aaa.environment': 'production',
      'org.opencontainers.image.title': 'a title',
    };
    const base = await docker.createContainer({ Image: parts().images.base.name, Labels: labels });
    await base.commit({ repo, tag });
    await base.remove();
    const passing = service(
      'passing',
      { healthcheck: { test: ['CMD', 'true'] }, labels: { 'aaa.app': 'bank', mine: 'yes' } },
      { image: `${repo}:${tag}` },
    );
    bed.release('passing', { services: [passing] });
    await bed.perform('createNetworks', { release: 'passing' });
    await bed.perform('startInstances', { release: 'passing', service: 'passing', count: 1 });
    const found = await bed.engine.inspectContainer(instanceName(bed.place, 'passing', 'passing'));
    expect(found?.labels).toMatchObject({
      'com.docker.compose.project': '',
      'com.docker.compose.service': '',
      'aaa.role': '',
      'aaa.app': '',
      [`${installation}.app`]: app,
      [`${installation}.environment`]: environment,
      'org.opencontainers.image.title': 'a title',
      mine: 'yes',
    });
    expect(found?.labels[`${installation}.ledger`] || undefined).toBeUndefined();
    expect(await listComposed(bed.engine, 'bank_production')).toEqual([]);
    await bed.perform('removeInstances', { release: 'passing', service: 'passing', left: 0 });
    await docker.getImage(`${repo}:${tag}`).remove();
  });

  test('a plan of format 1 still names each of them', async () => {
    await bed.perform('startInstance', { ...web, replica: 2 });
    expect(await states()).toEqual(['none', 'running', 'none']);
    await bed.perform('stopInstance', { ...web, replica: 2 });
    expect(await states()).toEqual(['none', 'exited', 'none']);
    await bed.perform('removeInstance', { ...web, replica: 2 });
    expect(await states()).toEqual(['none', 'none', 'none']);
  });

  test('they start together; the first that fails ends the waiting for the others', async () => {
    // One of them gets the folder and ends; of the others none is ever healthy.
    const command = ['sh', '-c', 'mkdir /state/first && exit 7; sleep 100'];
    const mounts = [{ type: 'volume' as const, volume: 'state', target: '/state' }];
    const healthcheck = { test: ['CMD', 'false'] };
    const half = service(
      'half',
      { command, mounts, healthcheck, restart: { name: 'no' } },
      { replicas: 3, healthyWithinMs: 600_000, shared: ['state'] },
    );
    bed.release('broken', { services: [half], volumes: [{ name: 'state' }] });
    await bed.perform('createNetworks', { release: 'broken' });
    const failure = await failureOf(bed.perform('startInstances', { release: 'broken', service: 'half', count: 3 }));
    expect(failure).toMatchObject({ kind: 'unhealthy', message: expect.stringContaining('exited with status 7') });
    await bed.perform('removeInstances', { release: 'broken', service: 'half', left: 0 });
  });
});
