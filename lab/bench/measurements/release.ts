import type { Bench } from '../beds/bench';
import { compareSides } from '../figures/compare';
import { takeTurns } from '../rounds';
import { compareSteps, countEvents, splitTime } from '../figures/where-time-goes';
import type { Section } from './index';

/** A release of the shop, from the command to its end, against the same operations one after another. */
export async function measureRelease(bench: Bench): Promise<Section> {
  const shop = await bench.shop();
  const { windlass, script } = await takeTurns(bench, {
    windlass: () => shop.release(),
    script: () => shop.releaseByScript(),
  });
  return {
    title: 'Release of examples/shop',
    about:
      'Three services that are built and an accessory that runs already; one environment on one host, no approval, no soak, no ' +
      'verification; each time a new commit that changes a file of every service. `windlass release --until done`, from the ' +
      'start of the program to its end, against a script that asks the engine for the same, one thing after another.',
    tables: [
      compareSides({ windlass, script }),
      countEvents(windlass),
      splitTime(windlass),
      compareSteps(windlass, script),
    ],
  };
}
