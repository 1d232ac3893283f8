import type { Bench } from './beds/bench';

/** How long one turn took, in milliseconds. */
export interface Turn {
  ms: number;
  /** Until all traffic was on the new version; what is left is tidying up. */
  switchedMs: number;
}

/**
 * Lets both sides do their work in turns, so that whatever else the machine does hits both. Who begins changes with each
 * round; the first turn of each only warms up, and is not counted.
 */
export async function takeTurns<Sides extends Record<string, () => Promise<Turn>>>(
  { rounds, print }: Pick<Bench, 'rounds' | 'print'>,
  sides: Sides,
): Promise<{ [Side in keyof Sides]: Awaited<ReturnType<Sides[Side]>>[] }> {
  const names = Object.keys(sides);
  const turns: Record<string, Turn[]> = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round <= rounds; round++)
    for (const name of round % 2 === 0 ? names : [...names].reverse()) {
      const turn = await sides[name]!();
      print(`${round === 0 ? 'warm-up' : `round ${round}`}  ${name.padEnd(10)} ${(turn.ms / 1_000).toFixed(2)} s`);
      if (round > 0) turns[name]!.push(turn);
    }
  return turns as { [Side in keyof Sides]: Awaited<ReturnType<Sides[Side]>>[] };
}
