import type { ScriptTurn } from '../script/script';
import { median, milliseconds, spread } from './stats';
import type { Table } from '../../table';
import { REST, type Spent } from './timeline';
import type { WindlassTurn } from '../beds/windlass-side';

/** How many events a turn leaves in Temporal's histories. */
export function countEvents(turns: WindlassTurn[]): Table {
  const kinds = [...new Set(turns.flatMap(({ histories }) => histories.map(({ kind }) => kind)))];
  const of = ({ histories }: WindlassTurn, wanted?: string) =>
    histories.filter(({ kind }) => !wanted || kind === wanted).reduce((sum, { history }) => sum + history.events, 0);
  const row = (name: string, all: number[]) => [name, String(median(all)), spread(all, String)];
  return {
    title: 'History events',
    head: ['workflow', 'median', 'min–max'],
    rows: [
      ...kinds.map((kind) =>
        row(
          kind,
          turns.map((turn) => of(turn, kind)),
        ),
      ),
      row(
        'sum',
        turns.map((turn) => of(turn)),
      ),
    ],
  };
}

/** What the time of a command is spent on: the part that is work, and what lies between. */
export function splitTime(turns: WindlassTurn[]): Table {
  const rest: string[] = Object.values(REST);
  const sum = (spent: Spent, wanted: (name: string) => boolean) =>
    Object.entries(spent).reduce((all, [name, ms]) => all + (wanted(name) ? ms : 0), 0);
  const row = (name: string, wanted: (one: string) => boolean) => {
    const all = turns.map(({ spent }) => sum(spent, wanted));
    return [name, milliseconds(median(all)), spread(all, milliseconds)];
  };
  return {
    title: 'Where the time of windlass goes',
    head: ['spent on', 'median', 'min–max'],
    rows: [
      ...rest.map((name) => row(name, (one) => one === name)),
      row('work of activities', (one) => !rest.includes(one)),
    ],
  };
}

/** What each side's work is made of, longest first. Activities that work side by side share the time evenly. */
export function compareSteps(windlass: WindlassTurn[], script: ScriptTurn[]): Table {
  const rest: string[] = Object.values(REST);
  const ours = medians(windlass.map(({ spent }) => spent)).filter(([name]) => !rest.includes(name));
  const theirs = medians(script.map(({ spent }) => spent));
  const rows = Array.from({ length: Math.max(ours.length, theirs.length) }, (_, index) =>
    [ours[index], theirs[index]].flatMap((entry) => (entry ? [entry[0], milliseconds(entry[1])] : ['', ''])),
  );
  return { title: 'What the work is made of', head: ['activity', 'median', 'script', 'median'], rows };
}

function medians(all: Spent[]): [string, number][] {
  const names = [...new Set(all.flatMap((spent) => Object.keys(spent)))];
  return names
    .map((name): [string, number] => [name, median(all.map((spent) => spent[name] ?? 0))])
    .sort(([, a], [, b]) => b - a);
}
