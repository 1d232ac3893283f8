import type { FaultName } from './faults';
import type { Played } from './play';
import { allTriples, pointsOf, type Triple } from './triples';

export interface Choice {
  runs: number;
  seed: number;
  faults: FaultName[];
  /** Empty: all. */
  operations: string[];
}

const nameOf = ({ fault, flow, operation }: Triple) => `${fault} | ${flow} | ${operation}`;

/** Those that were played least go first; their order, and the boundary of each, follow from the seed. */
export function choose(before: Triple[], { runs, seed, faults, operations }: Choice): Played[] {
  const times = new Map<string, number>();
  for (const one of before) times.set(nameOf(one), (times.get(nameOf(one)) ?? 0) + 1);
  const next = numbersFrom(seed);
  const all = allTriples(faults)
    .filter(({ operation }) => operations.length === 0 || operations.includes(operation))
    .map((triple) => ({ triple, order: next() }))
    .sort((a, b) => a.order - b.order);
  const chosen: Played[] = [];
  for (let round = 0; chosen.length < runs && all.length > 0; round++)
    for (const { triple } of all) {
      if ((times.get(nameOf(triple)) ?? 0) > round || chosen.length >= runs) continue;
      const points = pointsOf(triple);
      chosen.push({
        ...triple,
        point: points[Math.floor(next() * points.length)]!,
        seed: Math.floor(next() * 1_000_000),
      });
    }
  return chosen;
}

/** Numbers from 0 to 1, the same ones for the same seed. */
function numbersFrom(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
}
