import { type ChildProcess, execFile } from 'node:child_process';
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
}

const MUCH = 256 * 1024 * 1024;

/** Runs a program to its end, whatever its status. Throws only when it was stopped: by the signal, or for its time. */
export function runProgram(
  program: string,
  args: string[],
  { cwd, env, within = 120_000, signal }: RunOptions,
): Promise<Ran> {
  const path = findProgram(program);
  if (!path) return Promise.resolve({ status: 127, stdout: '', stderr: '', missing: true });
  return new Promise((done, fail) => {
    const child: ChildProcess = execFile(
      path,
      args,
      {
        cwd,
        env: env as NodeJS.ProcessEnv,
        timeout: within,
        maxBuffer: MUCH,
        encoding: 'utf8',
        ...(signal && { signal }),
      },
      (error, stdout, stderr) => {
        if (!error) return done({ status: 0, stdout, stderr, missing: false });
        if (signal?.aborted) return fail(error);
        if (typeof error.code === 'number') return done({ status: error.code, stdout, stderr, missing: false });
        fail(
          error.killed
            ? new Error(`${program} ${args[0] ?? ''} took longer than ${within / 1_000} s and was ended`)
            : error,
        );
      },
    );
    child.stdin?.end();
  });
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
