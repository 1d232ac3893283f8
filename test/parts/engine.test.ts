import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type Docker from 'dockerode';
import tar from 'tar-fs';
import { poll } from '../../parts/run/children';
import { findProgram } from '../../parts/run/commands';
import { whyNoPackages } from '../../parts/find/debian';
import { startOwnEngine, type Engine } from '../../parts/server/engine';
import { clientOf } from '../../parts/server/engine-client';
import { importImage } from '../../parts/image/import-image';
import { identify, isAlive } from '../../parts/run/processes';
import { busyboxImage } from '../../parts/image/recipes';
import { Run, sweepLeftovers } from '../../parts/run/runs';
import type { Made } from '../../parts/run/undo';
import { scratchFolder } from './scratch';

const scratch = scratchFolder();
const BASE = busyboxImage.name;
const why = process.getuid?.() === 0 && findProgram('dockerd') ? undefined : whyNoPackages();
const describeAsRoot = (name: string, tests: () => void) =>
  why ? describe.skip(`${name} [skipped: engine: ${why}]`, tests) : describe(name, tests);

describeAsRoot('an engine of our own', () => {
  const runs = ['one', 'two'].map((name) => new Run(join(scratch, name)));
  let engines: Engine[];
  let docker: Docker;

  beforeAll(async () => {
    engines = await Promise.all(runs.map((run) => startOwnEngine(run)));
    docker = clientOf(engines[0]!.host);
    await importImage(docker, busyboxImage, (await busyboxImage.gather()).files);
  });
  afterAll(() => Promise.all(runs.map((run) => run.undo())));

  const runToEnd = async (image: string, command: string[], network = 'bridge') => {
    const container = await docker.createContainer({
      Image: image,
      Cmd: command,
      HostConfig: { NetworkMode: network },
    });
    await container.start();
    const { StatusCode } = (await container.wait()) as { StatusCode: number };
    return StatusCode;
  };

  test('resolves names in a network, and publishes a port on the host', async () => {
    await docker.createNetwork({ Name: 'shop' });
    const web = await docker.createContainer({
      name: 'web',
      Image: BASE,
      Cmd: ['httpd', '-f', '-p', '80', '-h', '/etc'],
      ExposedPorts: { '80/tcp': {} },
      HostConfig: { NetworkMode: 'shop', PortBindings: { '80/tcp': [{ HostIp: '127.0.0.1', HostPort: '' }] } },
    });
    await web.start();
    const port = (await web.inspect()).NetworkSettings.Ports['80/tcp']![0]!.HostPort;
    let passwd = '';
    // the port is open before httpd listens behind it
    await poll(20_000, async () => (passwd = await (await fetch(`http://127.0.0.1:${port}/passwd`)).text()));
    expect(passwd).toContain('root:');
    expect(await runToEnd(BASE, ['wget', '-q', '-O', '-', 'http://web/passwd'], 'shop')).toBe(0);
  });

  test.each(['1', '2'] as const)('builds with a command that runs (builder %s)', async (version) => {
    const context = join(scratch, `context ${version}`);
    mkdirSync(context);
    writeFileSync(join(context, 'Dockerfile'), `FROM ${BASE}\nRUN echo made > /made\n`);
    const stream = await docker.buildImage(tar.pack(context) as never, { version, t: `made:${version}` });
    await new Promise((resolve, reject) =>
      docker.modem.followProgress(stream, (error, all) => (error ? reject(error) : resolve(all))),
    );
    expect(await runToEnd(`made:${version}`, ['grep', 'made', '/made'])).toBe(0);
  });

  test('does not meet another one that starts and stops at the same time', async () => {
    const other = clientOf(engines[1]!.host);
    expect(await other.listContainers({ all: true })).toEqual([]);
    const subnet = async (one: Docker) => JSON.stringify((await one.getNetwork('bridge').inspect()).IPAM);
    expect(await subnet(docker)).not.toBe(await subnet(other));
    await runs[1]!.undo();
    expect(await runToEnd(BASE, ['wget', '-q', '-O', '-', 'http://web/passwd'], 'shop')).toBe(0);
  });
});

describeAsRoot('a run that is killed', () => {
  test('is undone by the next one, and only by its own process ids', async () => {
    const start = join(__dirname, '../../dist/parts/start.js');
    if (!existsSync(start)) throw new Error(`${start}: is missing. Run: node parts/ready.mjs`);
    const script = `require(${JSON.stringify(start)}).startParts({ want: ['engine', 'registry', 'images'] }).then(async (parts) => {
      const Docker = require('dockerode');
      const docker = new Docker({ socketPath: parts.engine.host.slice(7) });
      const made = await docker.createContainer({ Image: parts.images.base.name, Cmd: ['sleep', '1000'] });
      await made.start();
      console.log((await made.inspect()).State.Pid);
      setInterval(() => {}, 1000);
    })`;
    // Where the user's engine would answer, the one of our own is what this is about.
    const env = { ...process.env, DOCKER_HOST: `unix://${scratch}/none.sock` };
    const child = spawn(process.execPath, ['-e', script], {
      cwd: __dirname,
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const container = Number(String(await new Promise((resolve) => child.stdout.once('data', resolve))));
    const [record] = readdirSync(join(scratch, 'windlass', 'runs')).filter((name) => name.startsWith(`${child.pid}-`));
    const { made } = JSON.parse(readFileSync(join(scratch, 'windlass', 'runs', record!), 'utf8')) as { made: Made[] };

    expect(await sweepLeftovers()).toEqual([]);
    child.kill('SIGKILL');
    // Its output ends a moment before the process does.
    await once(child, 'exit');
    const processes = made.flatMap((thing) => ('pid' in thing ? [thing] : []));
    expect(processes.map(isAlive)).toEqual([true, true, true]);
    // The engine is killed too: its containers must not outlive it.
    process.kill(processes.find(({ kind }) => kind === 'engine')!.pid, 'SIGKILL');

    expect(await sweepLeftovers()).toEqual([expect.stringContaining(`process ${child.pid}`)]);
    expect(processes.map(isAlive)).toEqual([false, false, false]);
    expect(identify(container)).toBeUndefined();
    for (const thing of made) if (thing.kind === 'folder') expect(existsSync(thing.path)).toBe(false);
    for (const thing of made)
      if (thing.kind === 'bridge') expect(execFileSync('ip', ['link'], { encoding: 'utf8' })).not.toContain(thing.name);
  });
});
