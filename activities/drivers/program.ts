import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

export interface Ran {
  status: number;
  stdout: string;
  stderr: string;
  /** There is no such program. */
  missing: boolean;
}

export interface RunOptions {
  cwd?: string;
  /** The whole environment of the program. */
  env: Record<string, string | undefined>;
  /** Milliseconds after which it is ended. */
  within?: number;
  signal?: AbortSignal;
  /** How long it may take to end when it is told to. */
  graceMs?: number;
}

const MUCH = 256 * 1024 * 1024;
const GRACE_MS = 5_000;

/** Runs a program to its end, whatever its status. Throws only when it was stopped: by the signal, or for its time. */
export async function runProgram(
  program: string,
  args: string[],
  { within = 120_000, ...options }: RunOptions,
): Promise<Ran> {
  const path = findProgram(program);
  if (!path) return { status: 127, stdout: '', stderr: '', missing: true };
  const { child, ended, stop } = startProgram(path, args, { within, ...options });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => {
      if (said[name].length + text.length <= MUCH) said[name] += text;
      else stop(new Error(`${program} ${args[0] ?? ''} printed more than ${MUCH / 1024 / 1024} MB and was ended`));
    });
  child.stdin.end();
  return { status: await ended, ...said, missing: false };
}

export interface Started {
  child: ChildProcessWithoutNullStreams;
  /** Its exit status. Rejects with the reason when it was stopped, and not before all of it has ended. */
  ended: Promise<number>;
  stop(reason: Error): void;
}

/**
 * Starts a program in a process group of its own. When it is stopped, by the signal or for its time, it is told to end with
 * all that it has started, and after a while they are killed: nothing of it goes on when that is told.
 */
export function startProgram(
  program: string,
  args: string[],
  { cwd, env, within, signal, graceMs = GRACE_MS }: RunOptions,
): Started {
  signal?.throwIfAborted();
  const child = spawn(program, args, { cwd, env: env as NodeJS.ProcessEnv, stdio: 'pipe', detached: true });
  let reason: Error | undefined;
  let last: NodeJS.Timeout | undefined;
  const stop = (why: Error) => {
    if (reason) return;
    reason = why;
    killGroup(child.pid, 'SIGTERM');
    last = setTimeout(() => killGroup(child.pid, 'SIGKILL'), graceMs);
  };
  const abort = () => stop(signal!.reason as Error);
  const late = () => stop(new Error(`${program} ${args[0] ?? ''} took longer than ${within! / 1_000} s and was ended`));
  const timer = within === undefined ? undefined : setTimeout(late, within);
  signal?.addEventListener('abort', abort, { once: true });
  // One that ends early does not read on; what it said tells why.
  child.stdin.on('error', () => undefined);
  const ended = new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status, by) => {
      // The group lives on for as long as one of it does, even one that has closed its output.
      if (reason) killGroup(child.pid, 'SIGKILL');
      if (reason) reject(reason);
      else if (status === null) reject(new Error(`${program} ${args[0] ?? ''} was ended by ${by}`));
      else resolve(status);
    });
  }).finally(() => {
    clearTimeout(timer);
    clearTimeout(last);
    signal?.removeEventListener('abort', abort);
  });
  return { child, ended, stop };
}

/** Sends a signal to a program that leads a process group, and to all that it has started. */
function killGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal);
  } catch {
    // It has ended in between.
  }
}

/** Found by the PATH of the worker, whatever the program itself may see of it. */
function findProgram(program: string): string | undefined {
  const places = program.includes('/')
    ? [program]
    : (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, program));
  return places.find((place) => {
    try {
      accessSync(place, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
