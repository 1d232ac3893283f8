import type { Explained } from '../errors';
import { createColors } from 'picocolors';

/** The one place that writes. Answers go to stdout; notes, progress of a `--json` command and errors to stderr. */

export type Stream = NodeJS.WriteStream;
export type Colors = ReturnType<typeof createColors>;

/** Are colours wanted here? https://no-color.org and FORCE_COLOR, else whatever the stream is. */
export function wantsColor(stream: Pick<Stream, 'isTTY'>, env: NodeJS.ProcessEnv = process.env): boolean {
  if (env['NO_COLOR']) return false;
  if (env['FORCE_COLOR']) return env['FORCE_COLOR'] !== '0';
  return Boolean(stream.isTTY) && env['TERM'] !== 'dumb';
}

export const colorsFor = (stream: Stream): Colors => createColors(wantsColor(stream));

/** Prints the answer of a command, as text. */
export const print = (lines: string[]): void => write(process.stdout, lines);

/** Prints the answer of a command for a program: one JSON document. */
export const printJson = (value: unknown): void => write(process.stdout, [JSON.stringify(value, null, 2)]);

/** Says something beside the answer. */
export const note = (...lines: string[]): void => write(process.stderr, lines);

/** Errors have one form: what is wrong, then what to do. */
export function printError({ message, next, stack }: Explained): void {
  const c = colorsFor(process.stderr);
  const [first = '', ...rest] = message.split('\n');
  const lines = [`${c.red('windlass:')} ${first}`, ...rest.map((line) => `  ${line}`)];
  if (next) lines.push(...next.split('\n').map((line) => `  ${line}`));
  if (stack && process.env['WINDLASS_DEBUG']) lines.push(stack);
  write(process.stderr, lines);
}

function write(stream: Stream, lines: string[]): void {
  if (lines.length > 0) stream.write(`${lines.join('\n')}\n`);
}
