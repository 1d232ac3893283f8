const UNITS: Record<string, number> = { ns: 1e-6, us: 1e-3, µs: 1e-3, ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** A Go duration such as `1m30s` → milliseconds. */
export function toMs(duration: string): number {
  const parts = [...duration.matchAll(/([\d.]+)(ns|us|µs|ms|s|m|h)/g)];
  return Math.round(parts.reduce((sum, [, number, unit]) => sum + Number(number) * UNITS[unit!]!, 0));
}

/** `80`, `9000-9002`, `53/udp` → ports and protocol (default `tcp`). */
export function toPorts(text: string): { ports: number[]; protocol: string } {
  const [range = '', protocol = 'tcp'] = text.split('/');
  const [first = NaN, last = first] = range.split('-').map(Number);
  if (!Number.isInteger(first) || !Number.isInteger(last)) return { ports: [], protocol };
  return { ports: Array.from({ length: last - first + 1 }, (_, n) => first + n), protocol };
}

/** A size printed by compose: bytes, mostly as text. */
export const toBytes = (size: unknown): number | undefined => {
  const bytes = Number(size);
  return size === undefined || !Number.isFinite(bytes) ? undefined : bytes;
};

export const toNumber = (value: unknown): number | undefined => (value === undefined ? undefined : Number(value));
