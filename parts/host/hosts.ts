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
 *     await hosts.all[0].silenceSsh(); …hearSsh()     SSH traffic is dropped silently
 *     await hosts.all[0].fillDisk(); …emptyDisk()     no byte is left for its engine; with `diskMegabytes` alone
 *     await hosts.all[0].loseRegistry(); …findRegistry()   its engine is refused there
 *     await hosts.stop()
 *
 * Images are named as on this machine: `127.0.0.1:PORT/…` is its registry on every host, too. `images` are copied there
 * from the engine. Everything is undone by `stop`, by the end of the process, or by the next run when it was killed.
 * In a jest test: `describeWith(['engine', 'registry', 'images', 'hosts'], …)` skips by name where there are none.
 */
import { createWriteStream, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { makeBridge } from './bridge';
import { diskOf, makeDisk } from './disk';
import { forward } from './forward';
import { makeNamespace } from './namespace';
import { makeKey, startSsh } from './ssh';
import { findProgram, run as runCommand } from '../run/commands';
import { installPackages, whyNoPackages } from '../find/debian';
import { installEngine, makeEngineFolder, startEngineIn } from '../server/dockerd';
import { clientOf } from '../server/engine-client';
import { inOneLine, PartMissing } from '../find/missing';
import { endProcess, type ProcessId } from '../run/processes';
import { Run, sweepLeftovers } from '../run/runs';
import { stopWith } from '../run/stopping';
import type { Made } from '../run/undo';

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
