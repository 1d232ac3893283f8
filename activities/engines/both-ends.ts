/** Why something failed at its start stands at the beginning, what it ended with at the end. */
const FIRST = 10;
const LAST = 30;

/** What fits, whole; of more the beginning and the end. */
export function bothEnds(lines: string[]): string[] {
  const left = lines.length - FIRST - LAST;
  if (left <= 1) return lines;
  return [...lines.slice(0, FIRST), `… ${left} lines more: windlass logs --release`, ...lines.slice(-LAST)];
}
