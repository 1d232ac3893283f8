import { paint } from './line';
import { logLines, nothingPrinted } from '../log';
import { colorsFor, type Stream } from './output';
import { widthOf } from './text';
import { treeLines } from '../tree';
import type { Rollouts, View } from '../view';

/** Shows a release being followed: redraws a terminal in place, or appends to a log. */
export interface Screen {
  show(view: View, rollouts: Rollouts, now: number): void;
  /** The last picture stays; later output is printed below it. */
  end(): void;
}

export const screenFor = (stream: Stream): Screen =>
  stream.isTTY && process.env['TERM'] !== 'dumb' ? new LiveTree(stream) : new GrowingLog(stream);

/** Without the alternate screen, so that the output stays in the scrollback. */
class LiveTree implements Screen {
  private drawn: string[] = [];

  constructor(private readonly stream: Stream) {}

  show(view: View, rollouts: Rollouts, now: number): void {
    const { columns = 80, rows = 24 } = this.stream;
    const all = treeLines(view, rollouts, now);
    const over = view.status !== 'running';
    const colors = colorsFor(this.stream);
    const whole = all.flatMap((line) => paint(line, columns - 1, colors).split('\n'));
    // The last picture may be taller than the window, because nothing overwrites it.
    const painted = over ? whole : fit(whole, rows - 1);
    if (!over && painted.join('\n') === this.drawn.join('\n')) return;
    this.stream.write(`${this.back(columns)}${painted.map((line) => `${line}\x1b[K\n`).join('')}\x1b[J`);
    this.drawn = painted;
  }

  end(): void {
    this.drawn = [];
  }

  /** Moves to the first row of the last picture, which a narrowed window has wrapped. */
  private back(columns: number): string {
    const rows = this.drawn.reduce((sum, line) => sum + Math.max(1, Math.ceil(visibleWidth(line) / columns)), 0);
    return rows > 0 ? `\r\x1b[${rows}A` : '';
  }
}

/** Keeps the title and the end of a picture that is too tall, and counts the lines between. */
function fit(lines: string[], rows: number): string[] {
  const [title] = lines;
  if (title === undefined || lines.length <= rows) return lines;
  const kept = Math.max(1, rows - 2);
  return [title, `… ${lines.length - kept - 1} lines above`, ...lines.slice(-kept)];
}

// oxlint-disable-next-line no-control-regex -- colours take no columns
const visibleWidth = (line: string) => widthOf(line.replace(/\x1b\[\d+m/g, ''));

class GrowingLog implements Screen {
  private told = nothingPrinted(Date.now());
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
