/**
 * Test hosts: real Docker hosts on this machine, each a network namespace with an address, an sshd and a Docker engine of
 * its own. What is a host's alone is its network; files and processes are the machine's, so it costs 120 MB and a second.
 *
 *     const why = whyNoHosts();                       a reason, where only root on Linux may; else undefined
 *     const hosts = await startHosts(3, { engine, registry, images: [images.proxy.name, images.base.name] });
 *     hosts.all[0].address                            `ssh://root@10.117.0.11/tmp/…/docker.sock`, for a manifest
 *     hosts.all[0].ip, .name, .hostKey                where its ports are published, `10.117.0.11`; `SHA256:…`
 *     hosts.all[0].engine                             its socket, to see what runs without windlass
 *     hosts.variables                                 for the worker: the key that opens them, and their host keys
 *     await hosts.all[0].restartEngine()              as a reboot: containers stop, and come back as the engine decides
 *     await hosts.all[0].stopEngine(); …startEngine() the same, with time in between
 *     await hosts.all[0].cutSsh(); …mendSsh()         connections end, new ones are refused; what runs is not touched
 *     await hosts.all[0].silenceSsh(); …hearSsh()     nothing of SSH comes through, and nobody is told
 *     await hosts.all[0].fillDisk(); …emptyDisk()     no byte is left for its engine; with `diskMegabytes` alone
 *     await hosts.all[0].loseRegistry(); …findRegistry()   its engine is refused there
 *     await hosts.stop()
 *
 * Images are named as on this machine: `127.0.0.1:PORT/…` is its registry on every host, too. `images` are copied there
 * from the engine. Everything is undone by `stop`, by the end of the process, or by the next run when it was killed.
 * In a jest test: `describeWith(['engine', 'registry', 'images', 'hosts'], …)` skips by name where there are none.
 */
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  createWriteStream,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statfsSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { makeBridge } from './bridge';
import { startChild, waitUntil } from './children';
import { findProgram, run as runCommand } from './commands';
import { installPackages, whyNoPackages } from './debian';
import { installEngine, makeEngineFolder, startEngineIn } from './dockerd';
import { clientOf } from './engine-client';
import { inOneLine, PartMissing } from './missing';
import { descendantsOf } from './process-table';
import { endProcess, type ProcessId } from './processes';
import { Run, sweepLeftovers } from './runs';
import { stopWith } from './stopping';
import type { Made } from './undo';

export interface TestHost {
  /** Its IP address, which is how windlass calls it. */
  name: string;
  ip: string;
  /** For a manifest. */
  address: string;
  /** `SHA256:…` */
  hostKey: string;
  /** The line of known_hosts. */
  knownHost: string;
  /** `unix://…` of its engine, which any process of this machine may ask. */
  engine: string;
  restartEngine(): Promise<void>;
  /** Its containers stop with it. */
  stopEngine(): Promise<void>;
  startEngine(): Promise<void>;
  /** How many SSH connections it has now. */
  connections(): number;
  cutSsh(): Promise<void>;
  mendSsh(): Promise<void>;
  silenceSsh(): Promise<void>;
  hearSsh(): Promise<void>;
  fillDisk(): Promise<void>;
  emptyDisk(): Promise<void>;
  loseRegistry(): Promise<void>;
  findRegistry(): Promise<void>;
}

export interface TestHosts {
  all: TestHost[];
  /** The worker logs in with this key. */
  identity: string;
  knownHosts: string;
  /** What the worker is started with to reach them. */
  variables: Record<string, string>;
  stop(): Promise<void>;
}

/** What they are to have from this machine. */
export interface HostsFrom {
  engine: { host: string };
  registry: { address: string };
  /** Names of images that the engine has. */
  images: string[];
  /** Gives each host a small disk of its own, a file system in a file; by default it has the machine's. */
  diskMegabytes?: number;
}

/** Why there can be no test hosts here; undefined when there can. */
export function whyNoHosts(): string | undefined {
  if (process.platform !== 'linux') return 'hosts: only Linux has network namespaces';
  if (process.getuid?.() !== 0) return 'hosts: only root may make network namespaces';
  if (!findProgram('nsenter')) return 'hosts: no nsenter on PATH';
  if (!findProgram('sshd')) {
    const why = whyNoPackages();
    if (why) return `hosts: no sshd, and ${why}`;
  }
  return undefined;
}

/** Starts that many hosts. Throws PartMissing with the reason. */
export async function startHosts(count: number, from: HostsFrom): Promise<TestHosts> {
  const why = whyNoHosts();
  if (why) throw new PartMissing('hosts', [why], 'Run it as root on Linux.');
  await sweepLeftovers();
  const run = new Run(mkdtempSync(join(tmpdir(), 'windlass-hosts-')));
  const { stop } = stopWith(run);
  try {
    await installEngine();
    if (!findProgram('sshd')) await installPackages('openssh-server');
    const bridge = await makeBridge(run);
    // Files are shared, networks are not: the registry goes through a socket into every namespace.
    await forward(run, [], join(run.dir, 'registry.sock'), from.registry.address, join(run.dir, 'registry.log'));
    const identity = await makeKey(join(run.dir, 'identity'));
    const images = await saveImages(run, from);
    const numbers = Array.from({ length: count }, (_, index) => index + 1);
    const network = bridge.pool.replace(/\.128\.0\/17$/, '');
    const all = await Promise.all(
      numbers.map((number) => startHost(run, { ip: `${network}.0.${10 + number}`, bridge: bridge.name, from, images })),
    );
    const knownHosts = join(run.dir, 'known_hosts');
    writeFileSync(knownHosts, all.map(({ knownHost }) => `${knownHost}\n`).join(''));
    const variables = { WINDLASS_SSH_IDENTITY: identity, WINDLASS_SSH_KNOWN_HOSTS: knownHosts };
    return { all, identity, knownHosts, variables, stop };
  } catch (error) {
    await stop();
    throw new PartMissing('hosts', [inOneLine(error)], 'Look at what was tried.');
  }
}

/** What a host is made of. */
interface Wanted {
  ip: string;
  bridge: string;
  from: HostsFrom;
  /** A file with all images. */
  images: string;
}

async function startHost(run: Run, { ip, bridge, from, images }: Wanted): Promise<TestHost> {
  const within = await makeNamespace(run, ip, bridge);
  const { folder } = makeEngineFolder(run);
  const data = join(run.dir, ip);
  mkdirSync(data);
  if (from.diskMegabytes) await makeDisk(data, from.diskMegabytes);
  // The firewall of a namespace is its own, so this engine may have rules, as any host's does.
  const settings = {
    'default-address-pools': [{ base: '172.24.0.0/13', size: 26 }],
    // Registries that a test makes have no certificates.
    'insecure-registries': ['10.0.0.0/8'],
  };
  const start = () => startEngineIn(run, { folder, data, settings, within });
  let { made, host: engine } = await start();
  await forward(run, within, from.registry.address, join(run.dir, 'registry.sock'), `${data}/registry.log`);
  await clientOf(engine).loadImage(images, {}).then(drain);
  const ssh = await startSsh(run, { within, data, ip });
  // The engine first, for it tells its containers to end.
  const stopEngine = async () => {
    for (const one of [...made].reverse()) await endProcess(one as Made & ProcessId, 30_000);
  };
  const startAgain = async () => void ({ made } = await start());
  const firewall = async (
    change: '--insert' | '--delete',
    chain: 'INPUT' | 'OUTPUT',
    port: string,
    verdict: string[],
  ) => {
    const rule = [chain, '--protocol', 'tcp', '--dport', port, '--jump', ...verdict];
    await runCommand(within[0]!, [...within.slice(1), findProgram('iptables')!, change, ...rule]);
  };
  const registryPort = from.registry.address.split(':')[1]!;
  const refuse = ['REJECT', '--reject-with', 'tcp-reset'];
  return {
    name: ip,
    ip,
    address: `ssh://root@${ip}${engine.replace('unix://', '')}`,
    hostKey: (await runCommand('ssh-keygen', ['-lf', `${data}/host_key.pub`])).split(' ')[1]!,
    knownHost: `${ip} ${readFileSync(`${data}/host_key.pub`, 'utf8').trim()}`,
    engine,
    async restartEngine() {
      await stopEngine();
      await startAgain();
    },
    stopEngine,
    startEngine: startAgain,
    ...ssh,
    ...diskOf(data),
    silenceSsh: () => firewall('--insert', 'INPUT', '22', ['DROP']),
    hearSsh: () => firewall('--delete', 'INPUT', '22', ['DROP']),
    loseRegistry: () => firewall('--insert', 'OUTPUT', registryPort, refuse),
    findRegistry: () => firewall('--delete', 'OUTPUT', registryPort, refuse),
  };
}

/** A file system in a file, mounted where the engine keeps what it has. */
async function makeDisk(folder: string, megabytes: number): Promise<void> {
  const file = `${folder}.disk`;
  writeFileSync(file, '');
  truncateSync(file, megabytes * 1024 * 1024);
  await runCommand('mkfs.ext4', ['-q', '-m', '0', file]);
  await runCommand('mount', ['-o', 'loop', file, folder]);
}

/** What takes all the room, and gives it back. */
const diskOf = (data: string) => ({
  async fillDisk() {
    const { bavail, bsize } = statfsSync(data);
    await runCommand('fallocate', ['--length', String(bavail * bsize), `${data}/full`]).catch(() => undefined);
    // What is left over, byte by byte.
    await runCommand('dd', ['if=/dev/zero', `of=${data}/full-too`, 'bs=4k', 'status=none']).catch(() => undefined);
  },
  emptyDisk: async () => ['full', 'full-too'].forEach((name) => rmSync(join(data, name), { force: true })),
});

/** A namespace with one end of a cable in it, whose other end is in the bridge; returns what enters it. */
async function makeNamespace(run: Run, ip: string, bridge: string): Promise<string[]> {
  const name = `windlass-${randomBytes(4).toString('hex')}`;
  const [inside, outside] = ['eth0', `w${name.slice(-8)}`];
  run.record({ kind: 'namespace', name });
  await runCommand('ip', ['netns', 'add', name]);
  // Not `ip netns exec`, which hides the mounts of cgroups.
  const within = [findProgram('nsenter')!, `--net=/run/netns/${name}`];
  const enter = (...command: string[]) => runCommand(within[0]!, [within[1]!, ...command]);
  await runCommand('ip', ['link', 'add', outside, 'type', 'veth', 'peer', 'name', inside, 'netns', name]);
  await runCommand('ip', ['link', 'set', outside, 'master', bridge, 'up']);
  await enter('ip', 'link', 'set', 'lo', 'up');
  await enter('ip', 'address', 'add', `${ip}/24`, 'dev', inside);
  await enter('ip', 'link', 'set', inside, 'up');
  await enter('ip', 'route', 'add', 'default', 'via', ip.replace(/\d+$/, '1'));
  return within;
}

async function startSsh(run: Run, { within, data, ip }: { within: string[]; data: string; ip: string }) {
  await makeKey(join(data, 'host_key'));
  mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  const file = join(data, 'sshd_config');
  const settings = [
    `ListenAddress ${ip}:22`,
    `HostKey ${data}/host_key`,
    `AuthorizedKeysFile ${join(data, '../identity.pub')}`,
    `PidFile ${data}/sshd.pid`,
    'PermitRootLogin prohibit-password',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'StrictModes no',
    'UsePAM no',
    'MaxStartups 100',
  ];
  writeFileSync(file, settings.join('\n'));
  let listener: Made & ProcessId;
  const start = async () => {
    const args = [...within.slice(1), findProgram('sshd')!, '-D', '-e', '-f', file];
    const child = await startChild(within[0]!, args, `${data}/sshd.log`);
    listener = { kind: 'process', pid: child.pid, started: child.started };
    run.record(listener);
    await waitUntil(child, 20_000, () => reach(22, ip));
  };
  await start();
  const connections = () => descendantsOf(listener.pid);
  return {
    connections: () => connections().length,
    async cutSsh() {
      const cut = connections();
      await endProcess(listener, 0);
      await Promise.all(cut.map((one) => endProcess(one, 0)));
    },
    mendSsh: start,
  };
}

/** What listens at one place and hands everything on to another; a program of its own, for it may be elsewhere. */
const FORWARD = `const net = require('net');
const at = (place) => (place.startsWith('/') ? { path: place } : { host: place.split(':')[0], port: Number(place.split(':')[1]) });
net.createServer((from) => {
  const to = net.connect(at(process.argv[2]));
  from.on('error', () => to.destroy());
  to.on('error', () => from.destroy());
  from.pipe(to).pipe(from);
}).listen(at(process.argv[1]));`;

/** Hands on what comes in at a place, `/path` or `127.0.0.1:5000`, to another one. */
async function forward(run: Run, within: string[], from: string, to: string, log: string): Promise<void> {
  const [program, ...args] = [...within, process.execPath, '-e', FORWARD, from, to];
  const child = await startChild(program!, args, log);
  run.record({ kind: 'process', pid: child.pid, started: child.started });
}

/** An Ed25519 key without a passphrase; returns its file. */
async function makeKey(file: string): Promise<string> {
  await runCommand('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'windlass test', '-f', file]);
  chmodSync(file, 0o600);
  return file;
}

async function saveImages(run: Run, { engine, images }: HostsFrom): Promise<string> {
  const file = join(run.dir, 'images.tar');
  const client = clientOf(engine.host);
  // The last sign is for the client, which takes one away.
  const query = images.map((name) => `names=${name}&`).join('');
  const stream = await new Promise<NodeJS.ReadableStream>((resolve, reject) => {
    const dial = { path: `/images/get?${query}`, method: 'GET', isStream: true, statusCodes: { 200: true } };
    client.modem.dial(dial, (error, data) => (error ? reject(error) : resolve(data as NodeJS.ReadableStream)));
  });
  await pipeline(stream, createWriteStream(file));
  return file;
}

async function drain(stream: NodeJS.ReadableStream): Promise<void> {
  for await (const _ of stream);
}

const reach = (port: number, host: string) =>
  new Promise<void>((resolve, reject) => {
    const socket = connect({ port, host }, () => resolve(void socket.destroy()));
    socket.once('error', reject);
  });
