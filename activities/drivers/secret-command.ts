import { spawn } from 'node:child_process';
import { killGroup } from './program';

/** How a command that prints a secret ended. `stderr` is only its end. */
export type CommandEnd =
  | { end: 'exited'; status: number | null; stdout: string; stderr: string }
  | { end: 'late' }
  | { end: 'missing'; why: string };

/** A secret is a password, a token, a key; whoever prints more is not asked for one. */
const LONGEST = 256 * 1024;
const STDERR = 4 * 1024;

/**
 * Runs a program with these arguments, without a shell, in the root folder and with nothing to read. What it prints is
 * handed to the caller alone. After `withinMs` it is killed with all that it has started.
 */
export function runSecretCommand(
  [program = '', ...args]: string[],
  env: Record<string, string | undefined>,
  withinMs: number,
): Promise<CommandEnd> {
  return new Promise((done) => {
    const child = spawn(program, args, {
      cwd: '/',
      env: env as NodeJS.ProcessEnv,
      stdio: ['ignore', 'pipe', 'pipe'],
      // A process group of its own, so that what it has started ends with it.
      detached: true,
    });
    let stdout = '';
    let stderr = '';
    let isLate = false;
    const kill = () => {
      isLate = true;
      killGroup(child.pid, 'SIGKILL');
    };
    const timer = setTimeout(kill, withinMs);
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      if (stdout.length > LONGEST) kill();
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr = (stderr + text).slice(-STDERR)));
    child.on('error', ({ code }: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      done({ end: 'missing', why: code ?? 'unknown' });
    });
    child.on('close', (status) => {
      clearTimeout(timer);
      done(isLate ? { end: 'late' } : { end: 'exited', status, stdout, stderr });
    });
  });
}
