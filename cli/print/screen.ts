import { paint } from './line';
import { logLines, nothingTold } from './log';
import { colorsFor, type Stream } from './output';
import { widthOf } from './text';
import { treeLines } from './tree';
import type { Rollouts, View } from './view';

/** Where a release is followed: a terminal that is drawn anew in place, or a log that only grows. */
export interface Screen {
  show(view: View, rollouts: Rollouts, now: number): void;
  /** The last picture stays; what follows is printed below it. */
  end(): void;
}

export const screenFor = (stream: Stream): Screen =>
  stream.isTTY && process.env['TERM'] !== 'dumb' ? new LiveTree(stream) : new GrowingLog(stream);

/** No alternate screen: what was shown stays in the terminal's scrollback. */
class LiveTree implements Screen {
  private drawn: string[] = [];

  constructor(private readonly stream: Stream) {}

  show(view: View, rollouts: Rollouts, now: number): void {
    const { columns = 80, rows = 24 } = this.stream;
    const all = treeLines(view, rollouts, now);
    const over = view.status !== 'running';
    // The last picture may be taller than the window: nothing is drawn over it any more.
    const lines = over ? all : fit(all, rows - 1);
    const colors = colorsFor(this.stream);
    const painted = lines.map((line) => paint(line, columns - 1, colors));
    if (!over && painted.join('\n') === this.drawn.join('\n')) return;
    this.stream.write(`${this.back(columns)}${painted.map((line) => `${line}\x1b[K\n`).join('')}\x1b[J`);
    this.drawn = painted;
  }

  end(): void {
    this.drawn = [];
  }

  /** To the first row of the last picture; a window that was made narrower has wrapped it. */
  private back(columns: number): string {
    const rows = this.drawn.reduce((sum, line) => sum + Math.max(1, Math.ceil(visibleWidth(line) / columns)), 0);
    return rows > 0 ? `\r\x1b[${rows}A` : '';
  }
}

/** The end is what goes on; the title stays, and what does not fit between is counted. */
function fit<Line extends { depth: number; text: string }>(
  lines: Line[],
  rows: number,
): (Line | { depth: number; text: string })[] {
  const [title] = lines;
  if (!title || lines.length <= rows) return lines;
  const kept = Math.max(1, rows - 2);
  return [title, { depth: 0, text: `… ${lines.length - kept - 1} lines above` }, ...lines.slice(-kept)];
}

// oxlint-disable-next-line no-control-regex -- colours take no columns
const visibleWidth = (line: string) => widthOf(line.replace(/\x1b\[\d+m/g, ''));

class GrowingLog implements Screen {
  private told = nothingTold(Date.now());
  private titled = false;

  constructor(private readonly stream: Stream) {}

  show(view: View, rollouts: Rollouts, now: number): void {
    const { lines, told } = logLines(view, rollouts, now, this.told);
    const title = this.titled ? [] : [{ depth: 0, text: view.title }];
    const colors = colorsFor(this.stream);
    for (const line of [...title, ...lines]) this.stream.write(`${paint(line, Infinity, colors)}\n`);
    this.titled = true;
    this.told = told;
  }

  end(): void {}
}
