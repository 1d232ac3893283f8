import type { Bench } from '../beds/bench';
import { compareSides } from '../figures/compare';
import { COUNTS, LIMIT_MS } from '../beds/hosts';
import { takeTurns } from '../rounds';
import { compareSteps, splitTime } from '../figures/where-time-goes';
import type { Section } from './index';

/** Of more hosts than this, deploying alone is measured: children of the rollout do the rest. */
const A_FEW = 3;

/** What a team waits for whose hosts are reached by SSH. */
export async function measureHosts(bench: Bench): Promise<Section> {
  const bed = await bench.hosts();
  const tables: Section['tables'] = [];
  for (const count of COUNTS) {
    const fleet = await bed.on(count);
    const on = count === 1 ? 'One host' : `${count} hosts`;
    const { atOnce, ...oneByOne } = fleet.deploy;
    const deploys = await takeTurns(bench, count === 1 ? oneByOne : { ...oneByOne, atOnce });
    if (count > A_FEW) {
      tables.push({ title: `${on}: deploying`, ...compareSides(deploys, ['done']) });
      continue;
    }
    const [approved, back, failed] = [
      await takeTurns(bench, fleet.approve),
      await takeTurns(bench, fleet.rollBackWarm),
      await takeTurns(bench, fleet.fail),
    ];
    tables.push(
      { title: `${on}: deploying`, ...compareSides(deploys) },
      { ...splitTime(deploys.windlass), title: `${on}: where the time of windlass goes` },
      { ...compareSteps(deploys.windlass, deploys.script), title: `${on}: what the work is made of` },
      { title: `${on}: from the approval on, planning again included`, ...compareSides(approved, ['switched']) },
      { title: `${on}: rolling back while it is warm`, ...compareSides(back, ['switched']) },
      {
        title: `${on}: what is not healthy within ${LIMIT_MS / 1_000} s, until it is undone`,
        ...compareSides(failed, ['done']),
      },
    );
  }
  return {
    title: 'Hosts over SSH',
    about:
      'One service that starts at once, no background service; two versions are built, their images are on the hosts and given ' +
      'by digest in turns. The script does the same over one SSH connection for each host, one operation after another, host after ' +
      'host; it reconnects each time, and windlass holds its connections. The same on all hosts at once is the least that any tool ' +
      'could take here, where all hosts share the processors of one machine. Wanted on one host: 1.5 s until done, on three 1.8 s; approval until all traffic is on the new ' +
      'under 1.5 s; warm rollback until all traffic is on the old under 0.6 s; never healthy with 5 s of patience: undone within 6 s.',
    tables,
  };
}
