import type { Colors } from './output';
import { clean, pad, widthOf, wrap } from './text';

/** A line's content before colours and wrapping. */
export interface Line {
  depth: number;
  mark?: Mark;
  text: string;
  /** Shown dimmed after the text. */
  detail?: string;
  /** At the right edge, for a time. */
  right?: string;
  tone?: Tone;
}

export type Mark = 'waiting' | 'running' | 'asking' | 'done' | 'failed' | 'undoing' | 'undone' | 'skipped';
export type Tone = 'title' | 'quiet' | 'bad' | 'warn' | 'command';

const MARKS: Record<Mark, { sign: string; color: keyof Colors }> = {
  waiting: { sign: '·', color: 'dim' },
  running: { sign: '●', color: 'cyan' },
  asking: { sign: '?', color: 'yellow' },
  done: { sign: '✓', color: 'green' },
  failed: { sign: '✗', color: 'red' },
  undoing: { sign: '↩', color: 'yellow' },
  undone: { sign: '↩', color: 'yellow' },
  skipped: { sign: '–', color: 'dim' },
};

const TONES: Record<Tone, keyof Colors> = { title: 'bold', quiet: 'dim', bad: 'red', warn: 'yellow', command: 'cyan' };

/**
 * Paints a line within a width. Text that is too long wraps with a deeper indentation; nothing is
 * cut. A command is never broken, so that it can be copied.
 */
export function paint(line: Line, width: number, c: Colors): string {
  const indent = '  '.repeat(line.depth);
  const mark = line.mark ? MARKS[line.mark] : undefined;
  const lead = widthOf(indent) + (mark ? 2 : 0);
  const right = line.right ? `  ${line.right}` : '';
  const hang = line.mark || line.right ? lead : lead + 2;
  const room = line.tone === 'command' ? Infinity : Math.max(LEAST_ROOM, width - lead - widthOf(right));
  const below = line.tone === 'command' ? Infinity : Math.max(LEAST_ROOM, width - hang);
  const text = clean(line.text);
  const detail = line.detail ? `  ${clean(line.detail)}` : '';
  const tone = line.tone ?? (line.mark === 'waiting' ? 'quiet' : undefined);
  const colored = (row: string, from: number) => {
    const loud = row.slice(0, Math.max(0, text.length - from));
    const rest = row.slice(loud.length);
    return (loud && tone ? paintAs(c, TONES[tone], loud) : loud) + (rest && c.dim(rest));
  };
  const [first = '', ...more] = wrap(text + detail, room, below);
  const gap = right && Number.isFinite(room) ? pad('', room - widthOf(first)) : '';
  let from = first.length + 1;
  const rows = more.map((row) => {
    const painted = ' '.repeat(hang) + colored(row.trimStart(), from);
    from += row.length + 1;
    return painted;
  });
  const sign = mark ? `${paintAs(c, mark.color, mark.sign)} ` : '';
  return [`${indent}${sign}${colored(first, 0)}${right ? gap + c.dim(right) : ''}`, ...rows].join('\n');
}

/** The minimum width of text in a row, however narrow the window is. */
const LEAST_ROOM = 16;

function paintAs(c: Colors, color: keyof Colors, text: string): string {
  const formatter = c[color];
  return typeof formatter === 'function' ? formatter(text) : text;
}
