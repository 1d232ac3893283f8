import { startProgram } from './program';

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
 * handed to the caller alone. After `withinMs` it is killed with all that it has started, and when the signal is given:
 * then this ends with the signal's own reason.
 */
export async function runSecretCommand(
  [program = '', ...args]: string[],
  env: Record<string, string | undefined>,
  withinMs: number,
  signal?: AbortSignal,
): Promise<CommandEnd> {
  const { child, ended, stop } = startProgram(program, args, { cwd: '/', env, signal, graceMs: 0 });
  const late = new Error('late');
  const timer = setTimeout(() => stop(late), withinMs);
  const said = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said.stdout += text;
    if (said.stdout.length > LONGEST) stop(late);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said.stderr = (said.stderr + text).slice(-STDERR)));
  child.stdin.end();
  try {
    return { end: 'exited', status: await ended, ...said };
  } catch (error) {
    signal?.throwIfAborted();
    if (error === late) return { end: 'late' };
    const { code } = error as NodeJS.ErrnoException;
    return code ? { end: 'missing', why: code } : { end: 'exited', status: null, ...said };
  } finally {
    clearTimeout(timer);
  }
}
