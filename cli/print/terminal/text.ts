import { visible } from '../../../src/model/text/grammar';

/** Matches escape sequences: CSI, OSC and those of two characters. */
// oxlint-disable-next-line no-control-regex -- matches them on purpose
const ESCAPES = /\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])/g;
// oxlint-disable-next-line no-control-regex -- likewise
const CONTROLS = /[\x00-\x08\x0a-\x1f\x7f-\x9f]/g;

/** Makes text one line without escape sequences: a log or a subject must not move the cursor, or read as another text. */
export const clean = (text: string): string =>
  visible(text.replace(ESCAPES, '').replaceAll('\t', '  ').replace(CONTROLS, ''));

/** The number of columns a text takes. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += columnsOf(character);
  return width;
}

/**
 * Breaks a text at spaces: the first row in `first` columns, the others in `rest`. A longer word stays whole, and
 * so does a command at the end (`To follow it: windlass status …`), so that it can be copied.
 */
export function wrap(text: string, first: number, rest = first): string[] {
  if (widthOf(text) <= first) return [text];
  const [, prose = text, command] = /^(.*?:) ((?:windlass|export|git) (?:(?!\. [A-Z]).)*)$/.exec(text) ?? [];
  const rows: string[] = [];
  let row = '';
  for (const word of [...(prose.match(/ *\S+/g) ?? []), ...(command ? [` ${command}`] : [])]) {
    const fits = row === '' || widthOf(row + word) <= (rows.length === 0 ? first : rest);
    if (!fits) rows.push(row);
    row = fits ? row + word : word.trimStart();
  }
  return [...rows, row];
}

export const pad = (text: string, columns: number): string => text + ' '.repeat(Math.max(0, columns - widthOf(text)));

/** East Asian wide characters and emoji take two columns, combining marks none (as in wcwidth). */
function columnsOf(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x300) return 1;
  if (/\p{Mark}/u.test(character) || code === 0x200d || (code >= 0xfe00 && code <= 0xfe0f)) return 0;
  return WIDE.some(([from, to]) => code >= from && code <= to) ? 2 : 1;
}

const WIDE: [number, number][] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0xa4cf],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f300, 0x1f64f],
  [0x1f680, 0x1f6ff],
  [0x1f900, 0x1f9ff],
  [0x20000, 0x3fffd],
];
