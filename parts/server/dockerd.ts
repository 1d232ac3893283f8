import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeBridge } from '../host/bridge';
import { startChild, waitUntil } from '../run/children';
import { findProgram } from '../run/commands';
import { installPackages } from '../find/debian';
import { clientOf } from './engine-client';
import type { Run } from '../run/runs';
import type { Made } from '../run/undo';

/** What an engine of our own needs, and the Debian package that brings it. */
const PROGRAMS = { dockerd: 'docker.io', containerd: 'containerd', ip: 'iproute2', iptables: 'iptables' };

/** Where the kernel has AppArmor switched on, the engine refuses to start a container without its tools. */
function needed(): Record<string, string> {
  const hasAppArmor = existsSync('/sys/kernel/security/apparmor');
  return { ...PROGRAMS, ...(hasAppArmor && { apparmor_parser: 'apparmor' }) };
}

/** Installs what an engine of our own needs; was anything missing? Throws with the reason. */
export async function installEngine(): Promise<boolean> {
  if (process.platform !== 'linux') throw new Error('only Linux runs one');
  if (process.getuid?.() !== 0) throw new Error('only root may start one');
  const missing = Object.entries(needed()).filter(([program]) => !findProgram(program));
  if (missing.length > 0) await installPackages(...missing.map(([, name]) => name), 'ca-certificates');
  return missing.length > 0;
}

/**
 * Starts a Docker engine of this run's own: it shares no folder, socket, bridge, address or firewall chain with another
 * engine. Its containers reach each other and the host, and nothing beyond; the engine itself does, to pull.
 * Returns its address and the record by which it is stopped. Throws with the reason.
 */
export async function startDockerd(
  run: Run,
  data = run.dir,
): Promise<{ host: string; made: Made[]; installed: boolean }> {
  const installed = await installEngine();
  const { folder, made: scratch } = makeEngineFolder(run);
  const bridge = await makeBridge(run);
  const settings = {
    bridge: bridge.name,
    'default-address-pools': [{ base: bridge.pool, size: 26 }],
    // No rules, so that two engines never rewrite each other's: published ports go through the engine's own proxy.
    iptables: false,
    'ip-masq': false,
    'ip-forward': false,
  };
  const { host, made } = await startEngineIn(run, { folder, data, settings });
  return { host, made: [scratch, bridge.made, ...made], installed };
}

/** A short path, for the address of a socket has at most 107 characters (unix(7)), and the engine's helpers add theirs. */
export function makeEngineFolder(run: Run): { folder: string; made: Made } {
  const folder = mkdtempSync('/tmp/windlass-');
  const made: Made = { kind: 'folder', path: folder };
  run.record(made);
  return { folder, made };
}

export interface EngineWishes {
  /** For sockets and logs. */
  folder: string;
  /** Below it, the folders `docker` and `containerd` keep what the engine has. */
  data: string;
  /** Of the daemon, besides where it keeps things. */
  settings: object;
  /** What the engine is started by, as `nsenter` with its arguments. */
  within?: string[];
}

/** Starts an engine and its containerd. On the same folders again it has what it had. Throws with the reason. */
export async function startEngineIn(
  run: Run,
  { folder, data, settings, within = [] }: EngineWishes,
): Promise<{ host: string; made: Made[] }> {
  const containerd = await startContainerd(run, { folder, data, within });
  const host = `unix://${folder}/docker.sock`;
  const all = {
    containerd: containerd.socket,
    hosts: [host],
    pidfile: `${folder}/dockerd.pid`,
    'data-root': join(data, 'docker'),
    'exec-root': `${folder}/exec`,
    'log-level': 'warn',
    ...settings,
  };
  // Its own file, even for what flags could say: the user's /etc/docker/daemon.json is not for this engine.
  writeFileSync(`${folder}/dockerd.json`, JSON.stringify(all, null, 1));
  const [program, ...args] = [...within, findProgram('dockerd')!, '--config-file', `${folder}/dockerd.json`];
  const child = await startChild(program!, args, `${folder}/dockerd.log`);
  const engine: Made = { kind: 'engine', pid: child.pid, started: child.started, host, folder };
  run.record(engine);
  await waitUntil(child, 60_000, () => clientOf(host).ping());
  return { host, made: [containerd.made, engine] };
}

/** One of our own: left to itself, the engine shares that of the system. */
async function startContainerd(run: Run, { folder, data, within = [] }: Omit<EngineWishes, 'settings'>) {
  const state = join(data, 'containerd');
  mkdirSync(state, { recursive: true });
  const socket = `${folder}/containerd.sock`;
  const toml = [
    'version = 2',
    `root = ${JSON.stringify(state)}`,
    `state = "${folder}/containerd"`,
    'disabled_plugins = ["io.containerd.grpc.v1.cri"]',
    `[grpc]\naddress = "${socket}"`,
    '[debug]\nlevel = "warn"',
  ];
  writeFileSync(`${folder}/containerd.toml`, toml.join('\n'));
  const [program, ...args] = [...within, findProgram('containerd')!, '--config', `${folder}/containerd.toml`];
  const child = await startChild(program!, args, `${folder}/containerd.log`);
  const made: Made = { kind: 'process', pid: child.pid, started: child.started };
  run.record(made);
  return { socket, made };
}
