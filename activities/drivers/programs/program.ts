import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import type { Socket } from 'node:net';
import { delimiter, join, resolve } from 'node:path';

export interface Ran {
  status: number;
  stdout: string;
  stderr: string;
  missing: boolean;
}

export interface RunOptions {
  cwd?: string;
  env: Record<string, string | undefined>;
  within?: number;
  signal?: AbortSignal;
  graceMs?: number;
  /** Limits for each process; none by default. */
  limits?: Limits;
}

/** Limits enforced by the system, which hold even without a supervisor. */
export interface Limits {
  memoryMb: number;
  cpuSeconds: number;
}

const MUCH = 256 * 1024 * 1024;
const GRACE_MS = 5_000;

/** Runs a program to its end, whatever its status. Throws only when stopped by the signal or the time limit. */
export async function runProgram(
  program: string,
  args: string[],
  { within = 120_000, ...options }: RunOptions,
): Promise<Ran> {
  if (!findProgram(program)) return { status: 127, stdout: '', stderr: '', missing: true };
  const { child, ended, stop } = startProgram(program, args, { within, ...options });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => {
      if (said[name].length + text.length <= MUCH) said[name] += text;
      else stop(new Error(`${program} ${args[0] ?? ''} printed more than ${MUCH / 1024 / 1024} MB and was stopped`));
    });
  child.stdin.end();
  return { status: await ended, ...said, missing: false };
}

export interface Started {
  child: ChildProcessWithoutNullStreams;
  ended: Promise<number>;
  stop(reason: Error): void;
}

/**
 * Sets the limits and becomes the program. In the same process group a shell waits for the end of file 3, which the
 * worker holds open: when the worker ends in any way, the shell kills the whole group.
 */
const LAUNCH = `
[ "$1" = 0 ] || ulimit -v "$1" 2>/dev/null
[ "$2" = 0 ] || ulimit -t "$2" 2>/dev/null
shift 2
(trap '' TERM; read -r line; kill -KILL 0) <&3 >/dev/null 2>&1 &
exec "$@" 3<&-`;

/**
 * Starts a program in its own process group, which never outlives this process. On the signal or
 * the time limit, the whole group gets SIGTERM and later SIGKILL, and none of it survives the
 * returned promise. The program is found in the worker's PATH, whatever its own environment says.
 */
export function startProgram(
  program: string,
  args: string[],
  { cwd, env, within, signal, graceMs = GRACE_MS, limits }: RunOptions,
): Started {
  signal?.throwIfAborted();
  const { memoryMb = 0, cpuSeconds = 0 } = limits ?? {};
  const path = findProgram(program);
  const words = path ? [path, ...args] : undefined;
  const launch = ['-c', LAUNCH, 'sh', String(memoryMb * 1024), String(cpuSeconds), ...(words ?? [])];
  const options = {
    cwd,
    env: env as NodeJS.ProcessEnv,
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'] as 'pipe'[],
    detached: true,
  };
  // A missing program fails like any other that cannot be started.
  const child = spawn(words ? '/bin/sh' : program, words ? launch : args, options) as ChildProcessWithoutNullStreams;
  const lifeline = child.stdio[3] as Socket | undefined;
  lifeline?.on('error', () => undefined);
  child.on('exit', () => lifeline?.destroy());
  let reason: Error | undefined;
  let last: NodeJS.Timeout | undefined;
  const stop = (why: Error) => {
    if (reason) return;
    reason = why;
    killGroup(child.pid, 'SIGTERM');
    last = setTimeout(() => killGroup(child.pid, 'SIGKILL'), graceMs);
  };
  const abort = () => stop(signal!.reason as Error);
  const late = () =>
    stop(new Error(`${program} ${args[0] ?? ''} took longer than ${within! / 1_000} s and was stopped`));
  const timer = within === undefined ? undefined : setTimeout(late, within);
  signal?.addEventListener('abort', abort, { once: true });
  // A program that ends early does not read its input; its output tells why.
  child.stdin.on('error', () => undefined);
  const ended = new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status, by) => {
      // The group exists while any of its processes does, even with closed output.
      if (reason) killGroup(child.pid, 'SIGKILL');
      if (reason) reject(reason);
      else if (status === null) reject(new Error(`${program} ${args[0] ?? ''} was stopped by ${by}`));
      else resolve(status);
    });
  }).finally(() => {
    clearTimeout(timer);
    clearTimeout(last);
    signal?.removeEventListener('abort', abort);
  });
  return { child, ended, stop };
}

function killGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal);
  } catch {
    // It has ended in between.
  }
}

/** The path of an executable in the worker's PATH; undefined if there is none. */
export function findProgram(program: string): string | undefined {
  const places = program.includes('/')
    ? [program]
    : (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, program));
  // Relative to the worker's folder, never to the program's.
  return places
    .map((place) => resolve(place))
    .find((place) => {
      try {
        accessSync(place, constants.X_OK);
        return statSync(place).isFile();
      } catch {
        return false;
      }
    });
}
