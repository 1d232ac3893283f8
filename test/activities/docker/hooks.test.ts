import { instanceName } from '../../../src/model/names';
import { describeWith } from '../../setup/parts';
import { failureOf } from '../fixtures';
import { makeTestBed, service, type TestBed } from '../rollout/rollout-fixtures';

const sh = (command: string) => ['sh', '-c', command];

describeWith(['engine', 'images'], 'what a compose file wants done in a container', () => {
  let bed: TestBed;
  const web = { release: 'one', service: 'web' };
  const name = () => instanceName(bed.place, 'one', 'web');
  const seen = async (command: string) => (await bed.engine.exec(name(), sh(command))).stdout.trim();
  const start = async (hooks: NonNullable<ReturnType<typeof service>['container']['hooks']>) => {
    bed.release('one', { services: [service('web', { hooks }, { healthyWithinMs: 20_000 })] });
    await bed.perform('createNetworks', { release: 'one' });
    await bed.perform('startInstances', { ...web, count: 1 });
  };
  beforeEach(async () => (bed = await makeTestBed()));
  afterEach(() => bed.cleanUp());

  test('is done once it has started, as the user, in the folder and with the variables that are said', async () => {
    const command = sh('echo "$(id -u) $(pwd) $A" > /tmp/done');
    await start({ postStart: [{ command, user: 'nobody', workingDir: '/tmp', environment: { A: 'b' } }] });
    expect(await seen('cat /tmp/done')).toBe('65534 /tmp b');
  });

  test('fails the release when it fails, with what it said', async () => {
    const failure = await failureOf(start({ postStart: [{ command: sh('echo no such table; exit 3') }] }));
    expect(failure).toMatchObject({
      kind: 'hook-failed',
      message: expect.stringContaining('of web ended with exit status 3. Expected 0'),
      lastLines: ['no such table'],
    });
  });

  test('is done before it is stopped, and one that fails keeps nobody from stopping it', async () => {
    await start({ preStop: [{ command: sh('echo leaving > /proc/1/fd/1') }, { command: ['no-such-program'] }] });
    await bed.perform('stopInstances', { ...web, left: 0 });
    expect(await bed.engine.inspectContainer(name())).toMatchObject({ state: 'exited' });
    expect(await bed.engine.logs(name(), 1_000)).toContain('leaving');
    await bed.perform('removeInstances', { ...web, left: 0 });
    expect(await bed.engine.inspectContainer(name())).toBeUndefined();
  });

  test('a service in the network of another one is reached at its address, and reaches what that one reaches', async () => {
    const tunnel = service('tunnel', { command: ['sleep', '1000'], environment: {} });
    const inside = service('web', { networkMode: 'service:tunnel' }, { networks: [] });
    const other = service('other');
    bed.release('one', { services: [tunnel, inside, other] });
    await bed.perform('createNetworks', { release: 'one' });
    for (const one of ['tunnel', 'other', 'web'])
      await bed.perform('startInstances', { ...web, service: one, count: 1 });
    const fromOther = await bed.engine.exec(instanceName(bed.place, 'one', 'other'), sh('wget -qO- http://tunnel/'));
    expect(fromOther.stdout.trim()).toBe('web');
    expect(await seen('wget -qO- http://other/')).toBe('other');
  });
});
