import type { Bench } from '../beds/bench';
import { costsOf, type ActivityCosts } from '../figures/activity-costs';
import { median, milliseconds, spread } from '../figures/stats';
import type { Table } from '../../table';
import type { Section } from './index';

/** What Temporal costs for each activity, from the histories of all releases and rollbacks that were measured before. */
export async function measureTemporal(bench: Bench): Promise<Section> {
  const shop = await bench.shop();
  const { runs } = shop.windlass;
  while (runs.length < bench.rounds) await shop.release();
  const costs = runs.flatMap(({ histories }) => histories.flatMap(({ history }) => costsOf(history)));
  const chained = costs.filter(({ alone }) => alone);
  return {
    title: 'What Temporal costs for an activity',
    about:
      `${costs.length} activities of ${runs.length} releases and rollbacks. *Wait*: scheduled → started. *Work*: ` +
      'started → completed, the way to the server and back included. *Return*: completed → the workflow has taken it in and ' +
      'said what is next. What is not work is overhead. *Alone*: no other activity of the workflow ran at the same time.',
    tables: [overview(chained, costs), byType(costs)],
  };
}

const overview = (chained: ActivityCosts[], all: ActivityCosts[]): Table => ({
  head: ['activities', 'number', 'wait', 'return', 'overhead', 'overhead, min–max'],
  rows: [row('alone', chained), row('all', all)],
});

function row(name: string, costs: ActivityCosts[]): string[] {
  const overhead = costs.map(({ wait, back }) => wait + back);
  return [
    name,
    `${costs.length}`,
    milliseconds(median(costs.map(({ wait }) => wait))),
    milliseconds(median(costs.map(({ back }) => back))),
    milliseconds(median(overhead)),
    spread(overhead, milliseconds),
  ];
}

function byType(costs: ActivityCosts[]): Table {
  const types = [...new Set(costs.map(({ type }) => type))].sort();
  const rows = types.map((type) => {
    const own = costs.filter((cost) => cost.type === type);
    const work = own.map((cost) => cost.work);
    return [...row(type, own), milliseconds(median(work)), spread(work, milliseconds)];
  });
  return {
    head: ['activity', 'number', 'wait', 'return', 'overhead', 'min–max', 'work', 'min–max'],
    rows,
  };
}
