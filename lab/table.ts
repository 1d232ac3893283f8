/** A table of text; its first row says what the columns are. */
export interface Table {
  title?: string;
  head: string[];
  rows: string[][];
}

/** In Markdown, with columns of equal width, so that it can be read in a terminal too. */
export function writeTable({ title, head, rows }: Table): string {
  const widths = head.map((_, column) => Math.max(3, ...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  const line = (cells: string[]) => `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [...(title ? [`**${title}**`, ''] : []), line(head), rule, ...rows.map(line)].join('\n');
}
