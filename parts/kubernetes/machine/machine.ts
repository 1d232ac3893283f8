import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { forward } from '../../host/forward';
import { makeNamespace } from '../../host/namespace';
import { poll, startChild, waitUntil } from '../../run/children';
import { environment, findProgram, run as runCommand } from '../../run/commands';
import { descendantsOf } from '../../run/process-table';
import { endProcess, type ProcessId } from '../../run/processes';
import type { Run } from '../../run/runs';
import type { Made } from '../../run/undo';

/** A program that is stopped as by a crash, and started again on what it left. */
export interface Program {
  stop(): Promise<void>;
  start(): Promise<void>;
}

/**
 * A machine of a cluster: a network, mount, process and host name of its own. What is mounted and written to `/var/lib`,
 * `/run` and `/proc/sys` is its own, and the end of its first process is the end of everything in it.
 */
export interface Machine {
  name: string;
  ip: string;
  /** For all that it keeps. */
  folder: string;
  /** Runs a command in it to its end. */
  run(command: string, ...args: string[]): Promise<string>;
  /** Starts a program in it, and waits until it answers. Its output goes to `log/NAME.log`. */
  start(name: string, command: string[], answers?: () => Promise<unknown>): Promise<Program>;
  powerOff(): Promise<void>;
  /** Its disk is as it was, and nothing runs yet. */
  powerOn(): Promise<void>;
}

/** Where the machine that it is on and its cluster are. */
export interface MachineWishes {
  name: string;
  ip: string;
  bridge: string;
  folder: string;
  /** `127.0.0.1:PORT` of this machine is to be the same place in that one. */
  registry: string;
}

export async function makeMachine(run: Run, wishes: MachineWishes): Promise<Machine> {
  const { name, ip, bridge, folder, registry } = wishes;
  mkdirSync(join(folder, 'log'), { recursive: true });
  const network = await makeNamespace(run, ip, bridge);
  const nsenter = network[0]!;
  const script = join(folder, 'first-process.sh');
  writeFileSync(script, firstProcess(wishes));
  let made: (Made & { kind: 'machine' }) | undefined;
  const into = (...more: string[]) => [nsenter, '--target', String(made!.pid), '--mount', '--uts', '--pid', ...more];
  const inside = () => into('--net');

  async function powerOn(): Promise<void> {
    rmSync(join(folder, 'is-up'), { force: true });
    const holder = await hold([...network, ...NAMESPACES, 'sh', script], join(folder, 'log', 'machine.log'));
    await poll(10_000, async () => readFileSync(join(folder, 'is-up')));
    made = { kind: 'machine', ...descendantsOf(holder)[0]! };
    run.record(made);
    // Files are shared, networks are not: the registry goes through a socket.
    const socket = join(folder, 'registry.sock');
    const log = join(folder, 'log', 'registry.log');
    await forward(run, into(), socket, registry, log);
    await forward(run, inside(), registry, socket, log);
  }
  await powerOn();
  return {
    name,
    ip,
    folder,
    run: (command, ...args) => runCommand(inside()[0]!, [...inside().slice(1), command, ...args]),
    async start(program, command, answers = async () => undefined) {
      let running: ProcessId | undefined;
      const start = async () => {
        const [first, ...args] = [...inside(), ...command];
        const child = await startChild(first!, args, join(folder, 'log', `${program}.log`));
        running = child;
        await waitUntil(child, 120_000, answers);
      };
      await start();
      // What has entered the machine waits for the program itself.
      const stop = async () => void (await Promise.all(descendantsOf(running!.pid).map((one) => endProcess(one, 0))));
      return { start, stop };
    },
    powerOff: () => run.undo([made!]),
    powerOn,
  };
}

const NAMESPACES = ['unshare', '--mount', '--uts', '--pid', '--fork', '--kill-child=KILL'];

/** Starts what ends when this process does, in any way: then its input ends. Returns its process id. */
async function hold([command, ...args]: string[], log: string): Promise<number> {
  const output = openSync(log, 'a');
  const child = spawn(command!, args, { detached: true, env: environment(), stdio: ['pipe', output, output] });
  closeSync(output);
  await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject));
  child.unref();
  (child.stdin as unknown as { unref(): void }).unref();
  child.stdin!.on('error', () => undefined);
  return child.pid!;
}

/** What a kubelet would set, and what belongs to the whole machine: it sees these as they should be, and sets nothing. */
const KERNEL = {
  'vm/overcommit_memory': 1,
  'vm/panic_on_oom': 0,
  'kernel/panic': 10,
  'kernel/panic_on_oops': 1,
  'kernel/keys/root_maxkeys': 1_000_000,
  'kernel/keys/root_maxbytes': 25_000_000,
};

/** Folders that programs cannot be told to have elsewhere. */
const OWN_FOLDERS = ['/var/lib/kubelet', '/var/lib/cni', '/var/log'];

function firstProcess({ name, folder }: MachineWishes): string {
  const folders = OWN_FOLDERS.map((path) => {
    const own = join(folder, path.replaceAll('/', '-').slice(1));
    mkdirSync(own, { recursive: true });
    return `mkdir -p ${path} && mount --bind ${own} ${path}`;
  });
  const settings = Object.entries(KERNEL)
    .filter(([path]) => existsSync(`/proc/sys/${path}`))
    .map(([path, value]) => {
      const own = join(folder, path.replaceAll('/', '-'));
      writeFileSync(own, `${value}\n`);
      return `mount --bind ${own} /proc/sys/${path}`;
    });
  return [
    'set -e',
    `rm -f ${folder}/registry.sock`,
    'mount -t proc proc /proc',
    `hostname ${name}`,
    ...settings,
    ...folders,
    'mkdir -p /run/containerd /run/netns',
    'mount -t tmpfs tmpfs /run/containerd',
    'mount -t tmpfs tmpfs /run/netns',
    'sysctl -qw net.ipv4.ip_forward=1',
    'sysctl -qw net.bridge.bridge-nf-call-iptables=1 2>/dev/null || true',
    `touch ${folder}/is-up`,
    'exec cat > /dev/null',
  ].join('\n');
}

/** Why there can be no machines here; undefined when there can. */
export function whyNoMachines(): string | undefined {
  if (process.platform !== 'linux') return 'only Linux has namespaces';
  if (process.getuid?.() !== 0) return 'only root may make namespaces';
  const lacking = ['nsenter', 'unshare', 'openssl', 'ip'].find((program) => !findProgram(program));
  return lacking && `no ${lacking} on PATH`;
}
