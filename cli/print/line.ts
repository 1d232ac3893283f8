import type { Colors } from './output';
import { clean, cut, pad, widthOf } from './text';

/** A line before it is painted: what it says, not how. */
export interface Line {
  depth: number;
  mark?: Mark;
  text: string;
  /** Said after the text, less loudly. */
  detail?: string;
  /** At the right edge: a time. */
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

/** Paints a line in so many columns; what does not fit is cut, but never a command, which is there to be copied. */
export function paint(line: Line, width: number, c: Colors): string {
  const indent = '  '.repeat(line.depth);
  const mark = line.mark ? MARKS[line.mark] : undefined;
  const lead = widthOf(indent) + (mark ? 2 : 0);
  const right = line.right ? `  ${line.right}` : '';
  const room = line.tone === 'command' ? Infinity : width - lead - widthOf(right);
  const text = cut(clean(line.text), room);
  const rest = line.detail ? cut(`  ${clean(line.detail)}`, room - widthOf(text)) : '';
  const gap = right && Number.isFinite(room) ? pad('', room - widthOf(text) - widthOf(rest)) : '';
  const tone = line.tone ?? (line.mark === 'waiting' ? 'quiet' : undefined);
  return [
    indent,
    mark ? `${paintAs(c, mark.color, mark.sign)} ` : '',
    tone ? paintAs(c, TONES[tone], text) : text,
    rest ? c.dim(rest) : '',
    right ? gap + c.dim(right) : '',
  ].join('');
}

function paintAs(c: Colors, color: keyof Colors, text: string): string {
  const formatter = c[color];
  return typeof formatter === 'function' ? formatter(text) : text;
}
