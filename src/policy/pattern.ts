/**
 * Patterns of the policy: `*` stands for any signs up to the next separator (`/`, and in addresses of hosts also . : and @), `**` for
 * any signs at all; everything else stands for itself.
 */

/**
 * Does a text match a pattern as a whole? `separators` are the signs that one star does not pass. All ways are gone at once, sign by
 * sign, for a stranger's text must not be able to make it slow.
 */
export function matches(pattern: string, text: string, separators = '/'): boolean {
  const parts = pattern.match(/\*+|[^*]/gu) ?? [];
  let places = withSkipped(parts, new Set([0]));
  for (const sign of text) {
    const next = new Set<number>();
    for (const place of places) {
      const part = parts[place];
      if (part === undefined) continue;
      const stays = isStar(part) && (part.length > 1 || !separators.includes(sign));
      if (stays) next.add(place);
      else if (!isStar(part) && part === sign) next.add(place + 1);
    }
    places = withSkipped(parts, next);
    if (places.size === 0) return false;
  }
  return places.has(parts.length);
}

/** The number of literal characters in a pattern: of two matching patterns, the longer one is narrower. */
export const literalSigns = (pattern: string): number => pattern.replaceAll('*', '').length;

const isStar = (part: string) => part.startsWith('*');

/** A star may stand for nothing. A set that grows is gone through to its end. */
function withSkipped(parts: string[], places: Set<number>): Set<number> {
  for (const place of places) if (parts[place] && isStar(parts[place])) places.add(place + 1);
  return places;
}
