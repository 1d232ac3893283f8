import type { Bench } from '../beds/bench';
import { compareSides } from '../figures/compare';
import { takeTurns } from '../rounds';
import { compareSteps, countEvents, splitTime } from '../figures/where-time-goes';
import type { Section } from './index';

/** Back to the release before, whose instances are gone and whose images are there. */
export async function measureRollback(bench: Bench): Promise<Section> {
  const shop = await bench.shop();
  await shop.haveTwoReleases();
  const { windlass, script } = await takeTurns(bench, {
    windlass: () => shop.rollback(),
    script: () => shop.rollbackByScript(),
  });
  return {
    title: 'Rollback of examples/shop',
    about:
      'To the release before, whose instances were removed and whose images are on the host. `windlass rollback production`, ' +
      'from the start of the program to its end, against create, start, wait until healthy, switch, stop and remove, one after another.',
    tables: [
      compareSides({ windlass, script }),
      countEvents(windlass),
      splitTime(windlass),
      compareSteps(windlass, script),
    ],
  };
}
