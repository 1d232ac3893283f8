import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** A process and when it started: a process id alone may by now belong to another. */
export interface ProcessId {
  pid: number;
  started: string;
}

/** Says which process has this id now; undefined when none has, or when it is dead and only not yet collected. */
export function identify(pid: number): ProcessId | undefined {
  const started = process.platform === 'linux' ? startOnLinux(pid) : startElsewhere(pid);
  return started ? { pid, started } : undefined;
}

export function isAlive(id: ProcessId): boolean {
  return identify(id.pid)?.started === id.started;
}

/** Ends a process: SIGTERM, and SIGKILL when it still lives after `graceMs`. A no-op when it is gone already. */
export async function endProcess(id: ProcessId, graceMs: number): Promise<void> {
  signal(id, 'SIGTERM');
  if (await isGoneWithin(id, graceMs)) return;
  signal(id, 'SIGKILL');
  await isGoneWithin(id, 5_000);
}

/** Sends a signal if it is still the same process. */
export function signal(id: ProcessId, name: NodeJS.Signals): void {
  if (!isAlive(id)) return;
  try {
    process.kill(id.pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

async function isGoneWithin(id: ProcessId, ms: number): Promise<boolean> {
  const until = Date.now() + ms;
  while (isAlive(id)) {
    if (Date.now() > until) return false;
    await sleep(10);
  }
  return true;
}

/** proc(5): field 3 is the state, field 22 the start in clock ticks since boot; the name in field 2 may hold anything. */
function startOnLinux(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : `${bootId()}/${fields[19]}`;
  } catch {
    return undefined;
  }
}

function startElsewhere(pid: number): string | undefined {
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined;
  } catch {
    return undefined;
  }
}

let boot: string | undefined;
const bootId = () => (boot ??= readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim());
