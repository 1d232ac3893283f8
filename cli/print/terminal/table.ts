import { clean, pad, widthOf, wrap } from './text';

/**
 * A table with columns as wide as needed; empty columns are left out. Where the terminal is too
 * narrow, each row becomes a block: its first cells, then a line for each other one.
 */
export function table(headings: string[], rows: string[][], width = process.stdout.columns || Infinity): string[] {
  const cleaned = rows.map((row) => row.map(clean));
  const used = headings.map((_, column) => cleaned.some((row) => row[column]));
  const all = [headings.map((heading) => heading.toUpperCase()), ...cleaned].map((row) =>
    row.filter((_, i) => used[i]),
  );
  const widths = all[0]!.map((_, column) => Math.max(...all.map((row) => widthOf(row[column] ?? ''))));
  const whole = widths.reduce((sum, one) => sum + one + 2, -2);
  if (whole > width) return all.slice(1).flatMap((row) => block(all[0]!, row, width));
  return all.map((row) =>
    row
      .map((cell, column) => pad(cell, widths[column]!))
      .join('  ')
      .trimEnd(),
  );
}

/** `Shop  production`, followed by `release: 3f2a91c0de` beside it or below. */
function block(headings: string[], row: string[], width: number): string[] {
  const [first = '', ...others] = row;
  const title = first === '' || widthOf(first) > 2 ? first : `${first} ${others.shift() ?? ''}`;
  const rest = headings.slice(headings.length - others.length);
  const told = others.flatMap((cell, index) => (cell === '' ? [] : [`${rest[index]!.toLowerCase()}: ${cell}`]));
  return [
    ...(title.trim() === '' ? [] : [title.trim()]),
    ...told.flatMap((text) => {
      const [line = '', ...more] = wrap(text, width - 2, width - 4);
      return [`  ${line}`, ...more.map((one) => `    ${one}`)];
    }),
  ];
}
