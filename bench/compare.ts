import type { Turn } from './rounds';
import { median, seconds, spread } from './stats';
import type { Table } from './table';

interface Sides {
  windlass: Turn[];
  script: Turn[];
}

/** Windlass by the measure of the script: until the command has ended, and until all traffic was on the new version. */
export function compareSides(sides: Sides): Table {
  return {
    head: ['until', 'side', 'rounds', 'median', 'min–max', 'overhead', 'ratio'],
    rows: [...compare('all traffic is on it', sides, 'switchedMs'), ...compare('done', sides, 'ms')],
  };
}

function compare(until: string, { windlass, script }: Sides, what: keyof Turn): string[][] {
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
