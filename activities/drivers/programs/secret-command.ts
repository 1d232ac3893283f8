import { startProgram } from './program';

/** How a command that prints a secret ended. `stderr` is only the end of its output. */
export type CommandEnd =
  | { end: 'exited'; status: number | null; stdout: string; stderr: string }
  | { end: 'late' }
  | { end: 'missing'; why: string };

/** The limit for a password, token or key. */
const LONGEST = 256 * 1024;
const STDERR = 4 * 1024;

/**
 * Runs a program without a shell, in the root folder and without input. Only the caller receives its output. After
 * `withinMs`, or on the signal, it is killed with its children; the signal's reason is thrown.
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
