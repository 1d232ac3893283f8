import type { Bench } from '../beds/bench';
import { COUNTS } from '../beds/hosts';
import { median, milliseconds, spread } from '../figures/stats';
import type { Section } from './index';

/** How the time of prepare grows with the hosts. */
export async function measurePrepare(bench: Bench): Promise<Section> {
  const bed = await bench.hosts();
  const rows: string[][] = [];
  for (const count of COUNTS) {
    const { deploys, deploy } = await bed.on(count);
    while (deploys.length < bench.rounds) await deploy.windlass();
    const all = deploys.map(({ prepareMs }) => prepareMs);
    rows.push([
      `${count}`,
      `${all.length}`,
      milliseconds(median(all)),
      spread(all, milliseconds),
      milliseconds(median(all) / count),
    ]);
  }
  return {
    title: 'Prepare, by the number of hosts',
    about:
      'From the first step of prepare to the end of its last, the images being there; from the deploys that were measured before. ' +
      'Up to five hosts everything is side by side; of more, children of the rollout do it, one for each of ten shares. All of these ' +
      'hosts are one machine, whose processors they share: what ten take more than one is mostly that.',
    tables: [{ head: ['hosts', 'deploys', 'prepare', 'min–max', 'for each host'], rows }],
  };
}
