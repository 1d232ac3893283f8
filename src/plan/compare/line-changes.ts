/** How many steps a comparison may take; beyond them lines are only counted. */
const MOST_STEPS = 4_000_000;

/** How many lines a text has more and less than another one: `+3 −1`; undefined of what is no text. */
export function countLines(before: string, after: string): string | undefined {
  if (before.includes('\0') || after.includes('\0')) return undefined;
  const [old, now] = trimmed(linesOf(before), linesOf(after));
  const same = old.length * now.length > MOST_STEPS ? countCommon(old, now) : longestCommon(old, now);
  return `+${now.length - same} −${old.length - same}`;
}

const linesOf = (text: string) => text.replace(/\n$/, '').split('\n');

function trimmed(old: string[], now: string[]): [string[], string[]] {
  let start = 0;
  while (start < Math.min(old.length, now.length) && old[start] === now[start]) start += 1;
  let end = 0;
  while (end < Math.min(old.length, now.length) - start && old.at(-1 - end) === now.at(-1 - end)) end += 1;
  return [old.slice(start, old.length - end), now.slice(start, now.length - end)];
}

function longestCommon(old: string[], now: string[]): number {
  let row = Array.from({ length: now.length + 1 }, () => 0);
  for (const line of old) {
    const next = [0];
    for (const [index, other] of now.entries())
      next.push(line === other ? row[index]! + 1 : Math.max(row[index + 1]!, next[index]!));
    row = next;
  }
  return row.at(-1)!;
}

function countCommon(old: string[], now: string[]): number {
  const left = new Map<string, number>();
  for (const line of old) left.set(line, (left.get(line) ?? 0) + 1);
  return now.filter((line) => {
    const count = left.get(line) ?? 0;
    left.set(line, count - 1);
    return count > 0;
  }).length;
}
