import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { connectEngine } from '../../../activities/drivers/docker/connect';
import type { Engine } from '../../../activities/drivers/docker/engine';
import { closeConnections } from '../../../activities/drivers/ssh/connections';
import type { SshSettings } from '../../../activities/drivers/ssh/settings';
import { startHosts, type TestHost, type TestHosts } from '../../../parts/host/hosts';
import type { Connection } from '../../../src/model/target';
import { describeWith, parts } from '../../setup/parts';
import { failureOf, makeFolder, sharedEngine, uniqueName } from '../fixtures';

describeWith(['engine', 'registry', 'images', 'hosts'], 'hosts over SSH', () => {
  let hosts: TestHosts;
  let [one, two]: TestHost[] = [];
  let settings: SshSettings;
  const connect = (to: Partial<Connection>, with_: Partial<SshSettings> = {}): Engine =>
    connectEngine({ name: 'web-1', address: one!.address, ...to }, { dockerHost: '', ssh: { ...settings, ...with_ } });
  const without = (file: Record<string, string>) => {
    const folder = makeFolder(file);
    return { home: folder, config: join(folder, '.ssh/config') };
  };

  beforeAll(async () => {
    hosts = await startHosts(2, { ...parts(), images: [parts().images.base.name] });
    [one, two] = hosts.all;
    const { identity, knownHosts } = hosts;
    settings = { ...without({ nothing: '' }), identity, knownHosts };
  });
  afterAll(async () => {
    closeConnections();
    await hosts?.stop();
  });

  test('one connection carries all calls, side by side', async () => {
    const engine = connect({});
    expect(await engine.info()).toMatchObject({ os: 'linux' });
    const image = parts().images.base.name;
    const found = await Promise.all(Array.from({ length: 150 }, () => engine.imageId(image)));
    expect(new Set(found).size).toBe(1);
    expect(found[0]).toMatch(/^sha256:/);
    expect(one!.connections()).toBe(1);
  });

  // What is least of several says what it costs by itself, however busy the machine.
  test('a call over it takes a fraction of what one takes that has to connect', async () => {
    const engine = connect({});
    const timeOf = async () => {
      const began = performance.now();
      await engine.inspectContainer('nobody');
      return performance.now() - began;
    };
    // in turns, so that whatever else the machine does hits both
    const [again, held]: [number[], number[]] = [[], []];
    for (let turn = 0; turn < 15; turn++) {
      closeConnections();
      again.push(await timeOf());
      held.push(await timeOf());
    }
    const median = (times: number[]) => times.sort((a, b) => a - b)[7]!;
    expect(median(held)).toBeLessThan(median(again) / 2);
  });

  test('commands run there, with input and output', async () => {
    const engine = connect({});
    const name = uniqueName('exec');
    const config = { Cmd: ['sleep', '60'] };
    await engine.createContainer({ name, image: parts().images.base.name, labels: {}, config, networks: [] });
    await engine.startContainer(name);
    const script = 'cat; echo "to stderr" >&2; exit 3';
    const ended = await engine.exec(name, ['sh', '-c', script], { input: 'to stdin' });
    expect(ended).toEqual({ exitCode: 3, stdout: 'to stdin', stderr: 'to stderr\n' });
    await engine.removeContainer(name);
  });

  test('a connection that is cut fails what is in flight at once, and is made again', async () => {
    const engine = connect({});
    const name = uniqueName('cut');
    const config = { Cmd: ['sleep', '60'] };
    await engine.createContainer({ name, image: parts().images.base.name, labels: {}, config, networks: [] });
    await engine.startContainer(name);
    const waits = failureOf(engine.waitContainer(name));
    const runs = failureOf(engine.exec(name, ['sleep', '60']));
    await until(async () => (await engine.inspectContainer(name))?.state === 'running');
    const began = Date.now();
    await one!.cutSsh();
    expect(await waits).toMatchObject({ type: 'Transient', kind: 'unreachable' });
    expect(await runs).toMatchObject({ type: 'Transient', kind: 'unreachable' });
    // The commands themselves take a minute.
    expect(Date.now() - began).toBeLessThan(30_000);
    expect(await failureOf(engine.info())).toMatchObject({
      type: 'Transient',
      kind: 'unreachable',
      message: expect.stringContaining(`root@${one!.ip}:22 cannot be reached by SSH`),
    });
    await one!.mendSsh();
    await engine.removeContainer(name);
    expect(one!.connections()).toBe(1);
  });

  test('a key that nobody has said to be right is refused, with its fingerprint; known keys and hostKey let in', async () => {
    const knownHosts = join(makeFolder({ known_hosts: '' }), 'known_hosts');
    expect(await failureOf(connect({}, { knownHosts }).info())).toMatchObject({
      type: 'Permanent',
      kind: 'host-key',
      message: expect.stringContaining(`presents the key ${one!.hostKey} (ssh-ed25519), which is not trusted yet`),
    });
    writeFileSync(knownHosts, `${one!.knownHost}\n`);
    expect(await connect({}, { knownHosts }).info()).toBeDefined();
    execFileSync('ssh-keygen', ['-q', '-H', '-f', knownHosts], { stdio: 'ignore' });
    expect(readFileSync(knownHosts, 'utf8')).not.toContain(one!.ip);
    closeConnections();
    expect(await connect({}, { knownHosts }).info()).toBeDefined();
    const unknown = { knownHosts: join(makeFolder({ empty: '' }), 'empty') };
    expect(await connect({ hostKey: one!.hostKey }, unknown).info()).toBeDefined();
  });

  test('a key that differs, or is revoked, is refused', async () => {
    const other = two!.knownHost.replace(two!.ip, one!.ip);
    const known = (line: string) => ({ knownHosts: join(makeFolder({ known_hosts: line }), 'known_hosts') });
    expect(await failureOf(connect({}, known(other)).info())).toMatchObject({
      type: 'Permanent',
      kind: 'host-key',
      message: expect.stringContaining(`known_hosts:1 has another one, ${two!.hostKey}`),
    });
    // M4: the manifest is a commit's word, and known_hosts the worker's.
    expect((await failureOf(connect({ hostKey: one!.hostKey }, known(other)).info())).message).toContain(
      `known_hosts:1 has another one, ${two!.hostKey}`,
    );
    expect((await failureOf(connect({ hostKey: two!.hostKey }).info())).message).toContain(
      `presents the key ${one!.hostKey} (ssh-ed25519), but the manifest has hostKey: ${two!.hostKey}`,
    );
    expect((await failureOf(connect({}, known(`@revoked ${one!.knownHost}`)).info())).message).toContain('as revoked');
    expect(
      (await failureOf(connect({}, known(`!${one!.ip},* ${one!.knownHost.split(' ').slice(1).join(' ')}`)).info()))
        .message,
    ).toContain('is not trusted yet');
  });

  test('who has no key that is let in is told so', async () => {
    expect(await failureOf(connect({}, { identity: undefined }).info())).toMatchObject({
      type: 'Permanent',
      kind: 'unauthorised',
      message: expect.stringContaining('no key to try'),
    });
    const folder = makeFolder({ '.ssh/nothing': '' });
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', 'a passphrase', '-f', join(folder, '.ssh/id_ed25519')]);
    expect((await failureOf(connect({}, { identity: undefined, home: folder }).info())).message).toContain(
      'id_ed25519: has a passphrase; add it to an agent',
    );
  });

  test('keys come from an agent', async () => {
    const socket = join(makeFolder({ a: '' }), 'agent');
    const agent = execFileSync('ssh-agent', ['-a', socket], { encoding: 'utf8' });
    const env = { ...process.env, SSH_AUTH_SOCK: socket, SSH_AGENT_PID: /SSH_AGENT_PID=(\d+)/.exec(agent)![1] };
    try {
      execFileSync('ssh-add', ['-q', hosts.identity], { env });
      expect(await connect({}, { identity: undefined, agent: socket }).info()).toBeDefined();
    } finally {
      execFileSync('ssh-agent', ['-k'], { env });
    }
  });

  test('a jump host is gone through, and its key is checked too', async () => {
    const via = { address: `ssh://root@${one!.ip}` };
    const engine = connect({ address: two!.address, via });
    expect(await engine.imageId(parts().images.base.name)).toBeDefined();
    const wrong = { address: two!.address, via: { ...via, hostKey: two!.hostKey } };
    expect((await failureOf(connect(wrong).info())).message).toContain(`root@${one!.ip}:22 presents the key`);
  });

  test('~/.ssh/config of the worker holds: host, user, port, identity, known hosts, jump, and what it includes', async () => {
    const socket = two!.address.replace(/^ssh:\/\/[^/]+/, '');
    const { home, config } = without({
      '.ssh/config': `Include conf.d/*\nHost gate\n  HostName ${one!.ip}\n`,
      '.ssh/conf.d/web': `Host web-2\n  HostName ${two!.ip}\n  Port 22\n  ProxyJump gate\n  UserKnownHostsFile ~/keys\n`,
      '.ssh/conf.d/all': `Host *\n  User root\n  IdentityFile ${hosts.identity}\n`,
      '.ssh/known_hosts': `${one!.knownHost}\n`,
      keys: `${two!.knownHost}\n`,
    });
    const bare = { home, config, identity: undefined, knownHosts: undefined };
    expect(await connect({ address: `ssh://web-2${socket}` }, bare).info()).toBeDefined();
    expect(await failureOf(connect({ address: `ssh://nobody@web-2${socket}` }, bare).info())).toMatchObject({
      kind: 'unauthorised',
      message: expect.stringContaining(`nobody@${two!.ip}:22 refused the worker's login (tried ${hosts.identity})`),
    });
  });

  test('a pull takes the login along, and the host keeps nothing of it', async () => {
    const login = { username: 'robot', password: `secret-${randomBytes(8).toString('hex')}` };
    const { address, close } = await guardRegistry(one!.ip.replace(/\d+$/, '1'), login);
    try {
      const repository = `${uniqueName('guarded')}/web`;
      const builder = sharedEngine();
      await builder.tagImage(parts().images.base.name, `${parts().registry.address}/${repository}`, '1');
      const digest = await builder.pushImage(`${parts().registry.address}/${repository}`, '1', undefined);
      const reference = `${address}/${repository}@${digest}`;
      const engine = connect({});
      expect(await failureOf(engine.pullImage(reference, undefined))).toMatchObject({ kind: 'unauthorised' });
      await engine.pullImage(reference, { ...login, serveraddress: address });
      expect(await engine.imageId(reference)).toBeDefined();
      const { dataRoot } = await engine.info();
      const basic = Buffer.from(`${login.username}:${login.password}`).toString('base64');
      const found = ['-rlF', '-e', login.password, '-e', basic, dataRoot, join(dataRoot, '../containerd')];
      // grep: nothing found.
      expect(spawnSync('grep', ['-s', ...found], { encoding: 'utf8' })).toMatchObject({ stdout: '' });
    } finally {
      close();
    }
  });

  test('a host without an engine says so', async () => {
    const engine = connect({ address: `ssh://root@${one!.ip}/nowhere.sock` });
    expect(await failureOf(engine.info())).toMatchObject({
      type: 'Transient',
      message: expect.stringContaining('Does Docker run there, and is root in the group docker?'),
    });
  });
});

async function until(look: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await look()); tries++) {
    if (tries > 1_000) throw new Error('the moment did not come');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The registry of this run behind a login, at an address that the hosts reach. */
async function guardRegistry(ip: string, { username, password }: { username: string; password: string }) {
  const wanted = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  const [host, port] = parts().registry.address.split(':');
  const server = createServer((asked, answer) => {
    if (asked.headers.authorization !== wanted)
      return void answer.writeHead(401, { 'www-authenticate': 'Basic realm="registry"' }).end();
    const { authorization: _, ...headers } = asked.headers;
    const options = { host, port, path: asked.url, method: asked.method, headers };
    const passed = request(options, (said) => {
      answer.writeHead(said.statusCode!, said.headers);
      said.pipe(answer);
    });
    asked.pipe(passed);
  });
  await new Promise<void>((resolve) => server.listen(0, ip, resolve));
  return { address: `${ip}:${(server.address() as AddressInfo).port}`, close: () => server.close() };
}
