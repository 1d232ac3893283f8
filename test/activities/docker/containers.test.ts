import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import type Docker from 'dockerode';
import { containersOf } from '../../../activities/drivers/docker/containers/containers';
import { connectEngine } from '../../../activities/drivers/docker/connect';
import type { ContainerMake } from '../../../activities/drivers/docker/engine';
import { clientOf } from '../../../parts/server/engine-client';
import { describeWith, parts } from '../../setup/parts';
import { failureOf, sharedEngine, uniqueName, until } from '../fixtures';

describeWith(['engine', 'images'], 'containers and networks of an engine', () => {
  const engine = sharedEngine();
  const mark = uniqueName('run');
  const labels = { 'wltest.run': mark };

  const make = (what: string, config: Record<string, unknown>, networks: string[] = []): ContainerMake => ({
    name: uniqueName(what),
    image: parts().images.base.name,
    labels,
    config: { StopTimeout: 0, ...config },
    networks: networks.map((name) => ({ name, aliases: [what] })),
  });
  const start = async (made: ContainerMake) => {
    await engine.createContainer(made);
    await engine.startContainer(made.name);
    return made.name;
  };

  afterAll(async () => {
    for (const { name } of await engine.listContainers(labels)) await engine.removeContainer(name);
    for (const { name } of await engine.listNetworks(labels)) await engine.removeNetwork(name);
  });

  test('what is there already is not made again, and what is not there is removed without a word', async () => {
    const networks = [uniqueName('a'), uniqueName('b')];
    for (const name of [...networks, ...networks]) await engine.createNetwork({ name, labels });
    const made = make('one', { Cmd: ['sleep', '100'], Labels: { own: 'yes' } }, networks);

    const first = await engine.createContainer(made);
    const second = await engine.createContainer(made);
    expect(second).toEqual(first);
    expect(first).toMatchObject({ state: 'created', health: 'none', labels: { ...labels, own: 'yes' }, restarts: 0 });
    expect(Object.keys(first.networks).sort()).toEqual([...networks].sort());

    await engine.startContainer(made.name);
    await engine.startContainer(made.name);
    const running = await engine.inspectContainer(made.name);
    expect(running).toMatchObject({ state: 'running', startedAt: expect.stringMatching(/^20/) });
    expect(Object.values(running!.networks)).toEqual([expect.stringMatching(/^\d/), expect.stringMatching(/^\d/)]);
    expect((await engine.listContainers(labels)).map(({ name }) => name)).toContain(made.name);

    await engine.stopContainer(made.name, 0);
    await engine.stopContainer(made.name);
    expect(await engine.inspectContainer(made.name)).toMatchObject({ state: 'exited', exitCode: 137 });

    await engine.removeContainer(made.name);
    await engine.removeContainer(made.name);
    await engine.stopContainer(made.name);
    expect(await engine.inspectContainer(made.name)).toBeUndefined();
    for (const name of [...networks, ...networks]) await engine.removeNetwork(name);
  });

  test('what is removed leaves its volumes, those without a name that its image asks for too', async () => {
    const name = await start(make('keeps', { Cmd: ['sleep', '100'], Volumes: { '/data': {} } }));
    const [volume] = (await engine.inspectContainer(name))!.volumes;
    await engine.removeContainer(name);
    expect(await engine.inspectVolume(volume!.name)).toBeDefined();
    await clientOf(parts().engine.host).getVolume(volume!.name).remove();
  });

  test('a part of a volume is not mounted as all of it', async () => {
    const volume = uniqueName('parts');
    const mount = { Type: 'volume', Source: volume, Target: '/part', VolumeOptions: { Subpath: 'sub' } };
    const made = make('part', { Cmd: ['sleep', '100'], HostConfig: { Mounts: [mount] } });
    const { apiVersion } = await engine.info();
    if (Number(apiVersion.split('.')[1]) >= 45) return;
    expect(await failureOf(engine.createContainer(made))).toMatchObject({
      kind: 'no-subpath',
      message: expect.stringContaining('mounts sub of a volume on /part, and the engine of'),
    });
    expect(await engine.inspectContainer(made.name)).toBeUndefined();
  });

  test('a container that was made without one of its networks gets it', async () => {
    const networks = [uniqueName('a'), uniqueName('b')];
    for (const name of networks) await engine.createNetwork({ name, labels });
    const made = make('late', { Cmd: ['sleep', '100'] }, networks);
    await engine.createContainer({ ...made, networks: made.networks.slice(0, 1) });
    expect(Object.keys((await engine.createContainer(made)).networks).sort()).toEqual([...networks].sort());
  });

  test('a network is joined and left once, and removed with what is in it', async () => {
    const [home, other] = [uniqueName('a'), uniqueName('b')];
    for (const name of [home, other]) await engine.createNetwork({ name, labels, internal: true });
    const name = await start(make('member', { Cmd: ['sleep', '100'] }, [home]));
    await engine.connectNetwork(other, name, ['web']);
    await engine.connectNetwork(other, name, ['web']);
    expect(Object.keys((await engine.inspectContainer(name))!.networks)).toContain(other);
    await engine.disconnectNetwork(other, name);
    await engine.disconnectNetwork(other, name);
    expect(Object.keys((await engine.inspectContainer(name))!.networks)).toEqual([home]);
    await engine.connectNetwork(other, name, []);
    await engine.removeNetwork(other);
    await engine.removeNetwork(other);
    await engine.disconnectNetwork(other, name);
    expect((await engine.listNetworks(labels)).map((network) => network.name)).not.toContain(other);
  });

  test('a network goes while the engine restarts a container that is in it, which then runs without it', async () => {
    const [home, other] = [uniqueName('a'), uniqueName('b')];
    for (const name of [home, other]) await engine.createNetwork({ name, labels });
    const script = 'until [ -e /end ]; do sleep 0.01; done; rm /end';
    const config = { Cmd: ['sh', '-c', script], HostConfig: { RestartPolicy: { Name: 'unless-stopped' } } };
    const name = await start(make('ends', config, [home, other]));
    const stateOf = async () => (await engine.inspectContainer(name))?.state;
    // The engine waits twice as long each time, 0.1 s at first and 1.6 s in the end, for a busy machine may not see it in time.
    for (let n = 1; n <= 5 || (await stateOf()) !== 'restarting'; n++) {
      await until(async () => (await stateOf()) === 'running');
      await engine.exec(name, ['touch', '/end']);
      await until(async () => (await engine.inspectContainer(name))?.restarts === n);
    }
    await engine.removeNetwork(other);
    await until(async () => (await stateOf()) === 'running');
    expect(Object.keys((await engine.inspectContainer(name))!.networks)).toEqual([home]);
    expect((await engine.listNetworks(labels)).map((network) => network.name)).not.toContain(other);
  });

  test('whatever joins a network while it is removed is disconnected too, as often as may be', async () => {
    const name = await start(make('joins', { Cmd: ['sleep', '100'] }));
    const network = uniqueName('late');
    let times = 2;
    const relay = createServer((req, res) => {
      const isRemoval = req.method === 'DELETE' && times-- > 0;
      const joined = isRemoval ? engine.connectNetwork(network, name, []) : Promise.resolve();
      const socketPath = parts().engine.host.replace('unix://', '');
      const onward = request({ socketPath, method: req.method, path: req.url, headers: req.headers }, (answer) => {
        res.writeHead(answer.statusCode!, answer.headers);
        answer.pipe(res);
      });
      void joined.then(() => req.pipe(onward));
    }).listen(0, '127.0.0.1');
    relay.unref();
    await once(relay, 'listening');
    const address = `tcp://127.0.0.1:${(relay.address() as AddressInfo).port}`;
    const other = connectEngine({ name: 'local', address }, { dockerHost: '' });

    await engine.createNetwork({ name: network, labels });
    await other.removeNetwork(network);
    expect(times).toBeLessThanOrEqual(0);
    expect((await engine.listNetworks(labels)).map((one) => one.name)).not.toContain(network);
    expect(await engine.inspectContainer(name)).toMatchObject({ state: 'running' });

    await engine.createNetwork({ name: network, labels });
    times = Infinity;
    expect(await failureOf(other.removeNetwork(network))).toMatchObject({ type: 'Transient', kind: 'conflict' });
    await engine.removeNetwork(network);
  });

  test('aliases resolve in the second network too', async () => {
    const networks = [uniqueName('a'), uniqueName('b')];
    for (const name of networks) await engine.createNetwork({ name, labels });
    await start(make('target', { Cmd: ['sleep', '100'] }, networks));
    const asking = await start(make('asking', { Cmd: ['sleep', '100'] }, networks.slice(1)));
    expect(await engine.exec(asking, ['ping', '-c', '1', '-w', '3', 'target'])).toMatchObject({ exitCode: 0 });
  });

  test('waiting tells the exit status, also afterwards, and refuses what was never started', async () => {
    const made = make('short', { Cmd: ['sh', '-c', 'sleep 0.3; exit 7'] });
    await engine.createContainer(made);
    expect(await failureOf(engine.waitContainer(made.name))).toMatchObject({ type: 'Permanent', kind: 'not-started' });
    await engine.startContainer(made.name);
    expect(await engine.waitContainer(made.name)).toBe(7);
    expect(await engine.waitContainer(made.name)).toBe(7);
  });

  test('waiting can be stopped', async () => {
    const name = await start(make('long', { Cmd: ['sleep', '100'] }));
    await expect(engine.waitContainer(name, AbortSignal.timeout(200))).rejects.toThrow(/timeout/i);
    expect(await engine.inspectContainer(name)).toMatchObject({ state: 'running' });
  });

  test.each([
    ['parts', false],
    ['a terminal', true],
  ])('the end of a log, in %s', async (_, Tty) => {
    const script = 'i=0; while [ $i -lt 300 ]; do echo "line $i ä"; echo "error $i" >&2; i=$((i+1)); done';
    const name = await start(make('talk', { Cmd: ['sh', '-c', script], Tty }));
    await engine.waitContainer(name);
    const text = await engine.logs(name, 100);
    expect(text.trimEnd()).toMatch(/(line 299 ä|error 299)$/);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(102);
    expect((await engine.logs(name, 1_000_000)).split('\n').length).toBeGreaterThanOrEqual(600);
  });

  test('a log that is JSON stays text, and one that cannot be read is empty', async () => {
    const json = await start(make('json', { Cmd: ['echo', '{"a":1}'], Tty: true }));
    await engine.waitContainer(json);
    expect((await engine.logs(json, 1000)).trim()).toBe('{"a":1}');
    const none = await start(make('none', { Cmd: ['echo', 'x'], HostConfig: { LogConfig: { Type: 'none' } } }));
    await engine.waitContainer(none);
    expect(await engine.logs(none, 1000)).toBe('');
  });

  describe('exec', () => {
    let name: string;
    beforeAll(async () => {
      name = await start(make('exec', { Cmd: ['sleep', '1000'] }));
    });

    test('keeps both streams and the exit status apart', async () => {
      const result = await engine.exec(name, ['sh', '-c', 'echo out; echo err >&2; echo $A; exit 3'], {
        env: { A: 'b c' },
      });
      expect(result).toEqual({ exitCode: 3, stdout: 'out\nb c\n', stderr: 'err\n' });
    });

    test('gives input, and its end', async () => {
      const input = 'x'.repeat(300_000);
      const result = await engine.exec(name, ['sh', '-c', 'wc -c; id -u'], { input, user: '7' });
      expect(result).toEqual({ exitCode: 0, stdout: '300000\n7\n', stderr: '' });
      expect(await engine.exec(name, ['cat'], { input: '' })).toEqual({ exitCode: 0, stdout: '', stderr: '' });
    });

    test('a command that is not there ends as in a shell', async () => {
      expect((await engine.exec(name, ['nothing-of-that-name'])).exitCode).toBeGreaterThanOrEqual(126);
    });

    test('does not wait for ever', async () => {
      const late = await failureOf(engine.exec(name, ['sleep', '60'], { timeoutMs: 2_000 }));
      expect(late).toMatchObject({ type: 'Transient', kind: 'timeout', host: 'local' });
      expect(late.message).toBe(`run sleep in ${name}: it did not end within 2000 ms`);
      await expect(engine.exec(name, ['sleep', '60'], { signal: AbortSignal.timeout(200) })).rejects.toThrow(
        /timeout/i,
      );
    });

    test('many at a time', async () => {
      const results = await Promise.all(Array.from({ length: 30 }, (_, i) => engine.exec(name, ['echo', String(i)])));
      expect(results.map((result) => Number(result.stdout))).toEqual(Array.from({ length: 30 }, (_, i) => i));
    });

    test('in a container that is not there or does not run', async () => {
      expect(await failureOf(engine.exec(uniqueName('no'), ['true']))).toMatchObject({
        type: 'Permanent',
        kind: 'not-found',
      });
      const made = make('idle', {});
      await engine.createContainer(made);
      expect(await failureOf(engine.exec(made.name, ['true']))).toMatchObject({ type: 'Transient', kind: 'conflict' });
    });
  });

  describe('what no retry mends', () => {
    test.each([
      ['no such image', { image: 'wltest/none:1' }, 'no-such-image'],
      ['no such command', { config: { Cmd: ['/none'] } }, 'bad-command'],
      ['no such user', { config: { Cmd: ['true'], User: 'nobody-knows' } }, 'bad-command'],
      [
        'no such folder',
        { config: { HostConfig: { Mounts: [{ Type: 'bind', Source: '/none', Target: '/x' }] } } },
        'bad-mount',
      ],
    ])('%s', async (_, change, kind) => {
      const failure = await failureOf(start({ ...make('bad', {}), ...change }));
      expect(failure).toMatchObject({ type: 'Permanent', kind, host: 'local' });
      expect(failure.message).toMatch(/^(create|start) container wltest-bad-\w+: the engine says ".+"\. .+/);
    });

    test('a port that is taken', async () => {
      const ports = (HostPort: string) => ({
        ExposedPorts: { '80/tcp': {} },
        HostConfig: { PortBindings: { '80/tcp': [{ HostIp: '127.0.0.1', HostPort }] } },
      });
      const first = await start(make('first', { Cmd: ['sleep', '100'], ...ports('') }));
      const [taken] = (await engine.inspectContainer(first))!.ports['80/tcp']!;
      expect(taken).toMatchObject({ ip: '127.0.0.1', port: expect.any(Number) });
      const failure = await failureOf(start(make('second', { Cmd: ['sleep', '100'], ...ports(String(taken!.port)) })));
      expect(failure).toMatchObject({ type: 'Permanent', kind: 'port-taken' });
    });

    test('a program for another processor', async () => {
      const name = await start(make('holder', { Cmd: ['sleep', '100'] }));
      // The head of an ELF file for AArch64, and nothing after it.
      const head = '\\177ELF\\002\\001\\001\\0\\0\\0\\0\\0\\0\\0\\0\\0\\002\\0\\267\\0\\001\\0\\0\\0';
      await engine.exec(name, ['sh', '-c', `printf '${head}' > /bin/foreign; chmod +x /bin/foreign`]);
      const result = await engine.exec(name, ['/bin/foreign']);
      expect(result.exitCode).toBeGreaterThan(0);
      expect(result.stdout + result.stderr).toMatch(/exec format error/);
    });
  });

  test('health: the command of the container, else of its image', async () => {
    const made = make('health', { Cmd: ['sleep', '100'], Healthcheck: { Test: ['CMD', 'true'], Timeout: 2e9 } });
    expect(await engine.createContainer(made)).toMatchObject({ healthTest: ['CMD', 'true'], healthTimeoutMs: 2000 });
    const none = make('unhealthy', { Cmd: ['sleep', '100'], Healthcheck: { Test: ['NONE'] } });
    expect((await engine.createContainer(none)).healthTest).toBeUndefined();
  });

  test('an engine that does not answer is tried again, one whose address is none is not', async () => {
    const { connectEngine } = await import('../../../activities/drivers/docker/connect');
    const down = connectEngine(
      { name: 'far', address: 'unix:///none/docker.sock' },
      { dockerHost: parts().engine.host },
    );
    const failure = await failureOf(down.inspectContainer('x'));
    expect(failure).toMatchObject({ type: 'Transient', kind: 'unreachable', host: 'far' });
    expect(failure.message).toMatch(/^inspect container x: the engine of far does not answer \(ENOENT\)/);
    const other = { name: 'far', address: 'nowhere' };
    expect(() => connectEngine(other, { dockerHost: '' })).toThrow(/nowhere is not the address of a Docker engine/);
  });

  test('who it is', async () => {
    expect(await engine.info()).toMatchObject({ os: 'linux', buildkit: true, version: expect.any(String) });
  });
});

/** No real engine can be made to answer within these milliseconds. */
describe('the restart policy of a container whose process has just ended', () => {
  const refusing = (words: string, times: number): Docker => {
    let left = times;
    const update = async () => {
      if (left-- > 0) throw Object.assign(new Error(words), { statusCode: 500, json: { message: words } });
    };
    return { getContainer: () => ({ update }) } as unknown as Docker;
  };
  const set = (words: string, times: number) =>
    containersOf({ name: 'here', docker: refusing(words, times) }).setRestartPolicy('web', { name: 'no' });

  test.each([
    'Cannot update container 35ec: runc did not terminate successfully: exit status 1: container not running\n: unknown',
    'Cannot update container 35ec: runtime error: crun: cannot update a stopped container',
    'Cannot update container 35ec: container is not running',
  ])('is set again after "%s"', async (words) => {
    await expect(set(words, 3)).resolves.toBeUndefined();
  });

  test('is not tried again where the engine says something else', async () => {
    expect((await failureOf(set('no space left on device', 1))).message).toContain('no space left');
  });
});
