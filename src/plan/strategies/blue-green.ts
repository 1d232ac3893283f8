import type { EnvironmentRecord } from '../../manifest/record/record';
import type { Phase } from '../../model/plan';
import type { PlanningInput } from '../planning';
import { filled } from '../batches';
import { soak } from '../soak';
import { plannerOf } from '../targets';

/**
 * All new instances start beside the old ones, all traffic switches at once, and both stay warm until the soak
 * ends.
 */
export function planBlueGreen(input: PlanningInput, after: EnvironmentRecord): Phase[] {
  const release = input.wanted?.release ?? '';
  const planner = plannerOf(after);
  return [
    {
      name: 'prepare',
      batches: filled([
        ...planner.prepare(input, after, release),
        ...planner.runBefore(input, after, release),
        ...planner.startReleased(input, after, release),
      ]),
    },
    {
      name: 'switch',
      batches: filled([
        ...planner.stopBackground(input, release),
        ...planner.startBackground(input, after, release),
        planner.switchAll(input, after, release),
      ]),
    },
    { name: 'soak', batches: filled([soak(after, release)]) },
    { name: 'commit', batches: [] },
    { name: 'retire', batches: planner.retire(input, after, release) },
  ];
}
