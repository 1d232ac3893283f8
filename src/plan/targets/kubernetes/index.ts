import type { Phase } from '../../../model/plan';
import { planEngines } from '../../engines';
import type { PlanningInput } from '../../planning';
import type { TargetPlanner } from '../planner';
import { KUBERNETES } from './own';
import { refuseRoutes } from './refuse';

const sets = planEngines(KUBERNETES);

/**
 * A namespace of a Kubernetes cluster: what is an instance on a host is a set there, one Deployment that the cluster keeps up. Leaving
 * takes nothing away, because what runs needs no proxy of windlass.
 */
export const kubernetes: TargetPlanner = {
  ...sets,
  refuse(input, after) {
    sets.refuse(input, after);
    if (after) refuseRoutes(after);
  },
  planEject: (input) => ({ phases: leave(input), warnings: [warnOfEject(input)] }),
};

const leave = ({ observed }: PlanningInput): Phase[] => [
  { name: 'commit', batches: [] },
  {
    name: 'retire',
    batches: [
      Object.keys(observed.targets)
        .sort()
        .map((target) => KUBERNETES.leave(target)),
    ],
  },
];

const warnOfEject = ({ current, environment }: PlanningInput) =>
  `${environment} goes on as it is, without windlass: nothing is stopped or removed, only the labels of windlass are taken away. It can no longer roll back to ${current?.release} or earlier; a new release starts beside what runs`;
