import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeBridge } from './bridge';
import { startChild, waitUntil } from './children';
import { findProgram } from './commands';
import { installPackages } from './debian';
import { clientOf } from './engine-client';
import type { Run } from './runs';
import type { Made } from './undo';

/** What an engine of our own needs, and the Debian package that brings it. */
const PROGRAMS = { dockerd: 'docker.io', containerd: 'containerd', ip: 'iproute2', iptables: 'iptables' };

/** Where the kernel has AppArmor switched on, the engine refuses to start a container without its tools. */
function needed(): Record<string, string> {
  const hasAppArmor = existsSync('/sys/kernel/security/apparmor');
  return { ...PROGRAMS, ...(hasAppArmor && { apparmor_parser: 'apparmor' }) };
}

/**
 * Starts a Docker engine of this run's own: it shares no folder, socket, bridge, address or firewall chain with another
 * engine. Its containers reach each other and the host, and nothing beyond; the engine itself does, to pull.
 * Returns its address and the record by which it is stopped. Throws with the reason.
 */
export async function startDockerd(run: Run): Promise<{ host: string; made: Made[]; installed: boolean }> {
  if (process.platform !== 'linux') throw new Error('only Linux runs one');
  if (process.getuid?.() !== 0) throw new Error('only root may start one');
  const missing = Object.entries(needed()).filter(([program]) => !findProgram(program));
  if (missing.length > 0) await installPackages(...missing.map(([, name]) => name), 'ca-certificates');

  // The address of a socket has at most 107 characters (unix(7)), and the engine's helpers add theirs.
  const folder = mkdtempSync('/tmp/windlass-');
  const scratch: Made = { kind: 'folder', path: folder };
  run.record(scratch);
  const bridge = await makeBridge(run);

  const containerd = await startContainerd(run, folder);
  const settings = {
    containerd: containerd.socket,
    hosts: [`unix://${folder}/docker.sock`],
    pidfile: `${folder}/dockerd.pid`,
    'data-root': join(run.dir, 'docker'),
    'exec-root': `${folder}/exec`,
    bridge: bridge.name,
    'default-address-pools': [{ base: bridge.pool, size: 26 }],
    // No rules, so that two engines never rewrite each other's: published ports go through the engine's own proxy.
    iptables: false,
    'ip-masq': false,
    'ip-forward': false,
    'log-level': 'warn',
  };
  // Its own file, even for what flags could say: the user's /etc/docker/daemon.json is not for this engine.
  writeFileSync(`${folder}/dockerd.json`, JSON.stringify(settings, null, 1));
  const child = await startChild(
    findProgram('dockerd')!,
    ['--config-file', `${folder}/dockerd.json`],
    `${folder}/dockerd.log`,
  );
  const host = settings.hosts[0]!;
  const engine: Made = { kind: 'engine', pid: child.pid, started: child.started, host, folder };
  run.record(engine);
  await waitUntil(child, 60_000, () => clientOf(host).ping());
  return { host, made: [scratch, bridge.made, containerd.made, engine], installed: missing.length > 0 };
}

/** One of our own: left to itself, the engine shares that of the system. */
async function startContainerd(run: Run, folder: string) {
  const state = join(run.dir, 'containerd');
  mkdirSync(state);
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
  const args = ['--config', `${folder}/containerd.toml`];
  const child = await startChild(findProgram('containerd')!, args, `${folder}/containerd.log`);
  const made: Made = { kind: 'process', pid: child.pid, started: child.started };
  run.record(made);
  return { socket, made };
}
