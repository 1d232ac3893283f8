import type { EnvironmentRecord } from '../../manifest/record/record';
import { type TargetKind, USUAL_KIND } from '../../model/target';
import type { PlanningInput } from '../planning';
import { swarm } from './swarm';
import { kubernetes } from './kubernetes';
import { docker } from './docker';
import type { TargetPlanner } from './planner';

const planners: Record<TargetKind, TargetPlanner> = { docker, swarm, kubernetes };

/** The planner for an environment's kind of targets. */
export const plannerOf = ({ targets }: Pick<EnvironmentRecord, 'targets'>): TargetPlanner =>
  planners[targets[0]?.kind ?? USUAL_KIND];

/** Like `plannerOf`, but when going to nothing it uses the recorded release. */
export function plannerFor({ wanted, current, left, environment }: PlanningInput): TargetPlanner {
  const records = [wanted, current, left].map((record) =>
    record?.environments.find(({ name }) => name === environment),
  );
  return plannerOf(records.find((one) => one !== undefined) ?? { targets: [] });
}
