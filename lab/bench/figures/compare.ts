import type { Turn } from '../rounds';
import { median, seconds, spread } from './stats';
import type { Table } from '../../table';

interface Sides {
  windlass: Turn[];
  script: Turn[];
  /** The script, on all hosts at once. */
  atOnce?: Turn[];
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

function compare([until, what]: readonly [string, keyof Turn], { windlass, script, atOnce }: Sides): string[][] {
  const measured = (turns: Turn[]) => turns.map((turn) => turn[what]);
  const row = (side: string, turns: Turn[]) => {
    const all = measured(turns);
    return [until, side, `${all.length}`, seconds(median(all)), spread(all, seconds)];
  };
  const [own, base] = [median(measured(windlass)), median(measured(script))];
  return [
    [...row('windlass', windlass), seconds(own - base), (own / base).toFixed(2)],
    [...row('script', script), '', ''],
    ...(atOnce ? [[...row('script, hosts at once', atOnce), '', '']] : []),
  ];
}
