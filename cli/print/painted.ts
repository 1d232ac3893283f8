import { type Line, paint } from './line';
import { colorsFor, type Stream } from './output';

/** Lines as a stream shows them: cut where it is a terminal, whole where it is a file. */
export function painted(lines: Line[], stream: Stream = process.stdout): string[] {
  const colors = colorsFor(stream);
  return lines.map((line) => paint(line, stream.columns ?? Infinity, colors));
}
