import type { Bench } from '../beds/bench';
import { compareSides } from '../figures/compare';
import { takeTurns } from '../rounds';
import { compareSteps, splitTime } from '../figures/where-time-goes';
import type { Section } from './index';

/** A release of one service that starts at once: nothing is side by side, so all that windlass adds is seen. */
export async function measureOne(bench: Bench): Promise<Section> {
  const { windlass, script } = await (await bench.local()).application('one', 1);
  const sides = await takeTurns(bench, { windlass, script });
  return {
    title: 'Release of one service',
    about:
      'A service of 2 MB that starts at once and is built from a new commit. Wanted: 0.8 s more than the script until it is ' +
      'done, and 20 ms for each activity (see the chapter on Temporal).',
    tables: [compareSides(sides), splitTime(sides.windlass), compareSteps(sides.windlass, sides.script)],
  };
}
