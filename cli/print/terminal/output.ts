import type { Explained } from '../../errors';
import { createColors } from 'picocolors';
import { clean, widthOf, wrap } from './text';

/** The only place that writes. Answers go to stdout; notes, errors and a `--json` command's progress to stderr. */

export type Stream = NodeJS.WriteStream;
export type Colors = ReturnType<typeof createColors>;

/** Are colours wanted? NO_COLOR (https://no-color.org) and FORCE_COLOR decide, then the stream. */
export function wantsColor(stream: Pick<Stream, 'isTTY'>, env: NodeJS.ProcessEnv = process.env): boolean {
  if (env['NO_COLOR']) return false;
  if (env['FORCE_COLOR']) return env['FORCE_COLOR'] !== '0';
  return Boolean(stream.isTTY) && env['TERM'] !== 'dumb';
}

export const colorsFor = (stream: Stream): Colors => createColors(wantsColor(stream));

/** Prints a command's answer as text. */
export const print = (lines: string[]): void => write(process.stdout, lines);

/** Prints a command's answer as one JSON document. */
export const printJson = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);

/** Prints a note on stderr. */
export const note = (...lines: string[]): void => write(process.stderr, lines);

/** Prints what is wrong, then what to do. */
export function printError({ message, next, stack }: Explained): void {
  const c = colorsFor(process.stderr);
  const [first = '', ...rest] = message.split('\n');
  const width = process.stderr.columns || Infinity;
  const [start = '', ...below] = flow([`windlass: ${first}`, ...rest.map((line) => `  ${line}`)], width);
  const lines = [start.replace('windlass:', c.red('windlass:')), ...below];
  if (next) lines.push(...next.split('\n').map((line) => `  ${line}`));
  if (stack && process.env['WINDLASS_DEBUG']) lines.push(stack);
  write(process.stderr, lines);
}

function write(stream: Stream, lines: string[]): void {
  if (lines.length > 0) stream.write(`${flow(lines, stream.columns || Infinity).join('\n')}\n`);
}

/** Wraps lines to a width with an indentation of two columns. Painted lines fit already. */
export function flow(lines: string[], width: number): string[] {
  return lines.flatMap((line) => {
    // oxlint-disable-next-line no-control-regex -- coloured lines were wrapped when they were painted
    if (/\x1b\[/.test(line.slice(1)) || widthOf(clean(line)) <= width) return [line];
    const indent = /^ */.exec(line)![0];
    const [first = '', ...more] = wrap(line.trimStart(), width - indent.length, width - indent.length - 2);
    return [`${indent}${first}`, ...more.map((one) => `${indent}  ${one}`)];
  });
}
