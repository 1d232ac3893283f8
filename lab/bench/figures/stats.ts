/** The middle one; the mean of the two in the middle of an even number. */
export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  if (sorted.length === 0) return NaN;
  return Number.isInteger(middle) ? (sorted[middle - 1]! + sorted[middle]!) / 2 : sorted[Math.floor(middle)]!;
}

export const milliseconds = (ms: number): string => `${ms.toFixed(ms < 10 ? 1 : 0)} ms`;
export const seconds = (ms: number): string => `${(ms / 1_000).toFixed(2)} s`;

/** The least and the most. */
export const spread = (values: number[], write: (value: number) => string): string =>
  values.length === 0 ? '–' : `${write(Math.min(...values))} – ${write(Math.max(...values))}`;
