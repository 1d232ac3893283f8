import type { EnvironmentRecord } from '../../manifest/record';
import type { Phase } from '../../model/plan';
import { discardFormer, prepareAccessories } from '../accessories';
import type { PlanningInput } from '../planning';
import * as steps from '../steps';

/** All new instances beside the old ones, then all traffic at once, then both kept warm until the soak is over. */
export function planBlueGreen(input: PlanningInput, after: EnvironmentRecord): Phase[] {
  const release = input.wanted?.release ?? '';
  return [
    {
      name: 'prepare',
      batches: steps.filled([
        ...steps.fetchAndConnect(input, after, release),
        ...prepareAccessories(input, after, release),
        ...steps.runBefore(input, after, release),
        ...steps.startReleased(input, after, release),
      ]),
    },
    {
      name: 'switch',
      batches: steps.filled([
        ...steps.stopBackground(input, release),
        ...steps.startBackground(input, after, release),
        steps.switchAll(input, after, release),
      ]),
    },
    { name: 'soak', batches: steps.filled([steps.soak(after, release)]) },
    { name: 'commit', batches: [] },
    { name: 'retire', batches: [...discardFormer(input, after, release), ...steps.retire(input, release)] },
  ];
}
