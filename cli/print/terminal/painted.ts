import { type Line, paint } from './line';
import { colorsFor, type Stream } from './output';

/** Lines as a stream shows them, wrapped on a terminal. */
export function painted(lines: Line[], stream: Stream = process.stdout): string[] {
  const colors = colorsFor(stream);
  return lines.flatMap((line) => paint(line, stream.columns ?? Infinity, colors).split('\n'));
}
