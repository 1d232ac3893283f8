import type { Turn } from './rounds';
import { median, seconds, spread } from './stats';
import type { Table } from './table';

interface Sides {
  windlass: Turn[];
  script: Turn[];
}

/** Until when: all traffic is on the new version, or the command has ended. */
const MOMENTS = { switched: ['all traffic is on it', 'switchedMs'], done: ['done', 'ms'] } as const;
type Moment = keyof typeof MOMENTS;

/** Windlass by the measure of the script. */
export function compareSides(sides: Sides, moments: Moment[] = ['switched', 'done']): Table {
  return {
    head: ['until', 'side', 'rounds', 'median', 'min–max', 'overhead', 'ratio'],
    rows: moments.flatMap((moment) => compare(MOMENTS[moment], sides)),
  };
}

function compare([until, what]: readonly [string, keyof Turn], { windlass, script }: Sides): string[][] {
  const [ours, theirs] = [windlass, script].map((turns) => turns.map((turn) => turn[what])) as [number[], number[]];
  const row = (side: string, all: number[]) => [
    until,
    side,
    `${all.length}`,
    seconds(median(all)),
    spread(all, seconds),
  ];
  const [own, base] = [median(ours), median(theirs)];
  return [
    [...row('windlass', ours), seconds(own - base), (own / base).toFixed(2)],
    [...row('script', theirs), '', ''],
  ];
}
