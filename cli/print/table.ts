import { clean, pad, widthOf } from './text';

/** Columns under their headings, as wide as they need to be; the last one is not padded. Columns with nothing in them are left out. */
export function table(headings: string[], rows: string[][]): string[] {
  const cleaned = rows.map((row) => row.map(clean));
  const used = headings.map((_, column) => cleaned.some((row) => row[column]));
  const all = [headings.map((heading) => heading.toUpperCase()), ...cleaned].map((row) =>
    row.filter((_, i) => used[i]),
  );
  const widths = all[0]!.map((_, column) => Math.max(...all.map((row) => widthOf(row[column] ?? ''))));
  return all.map((row) =>
    row
      .map((cell, column) => pad(cell, widths[column]!))
      .join('  ')
      .trimEnd(),
  );
}
