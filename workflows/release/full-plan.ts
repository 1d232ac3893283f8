import type { OpenQuestion } from '../../src/model/approval/decision';
import type { Planned } from '../../src/model/inspection';
import type { Plan } from '../../src/model/plan';
import type { PlanSummary } from '../../src/model/environment/progress';

export type FullPlan = Extract<Planned, { plan: unknown }>;

/** The gates found while planning; activities of older builds return none. */
export function gatesFor({ gates = [] }: FullPlan): Partial<Pick<OpenQuestion, 'policy' | 'also'>> {
  const [policy, ...also] = gates;
  return policy ? { policy, also } : {};
}

export function summarise(plan: Plan): PlanSummary {
  const { release, from, strategy, changes, warnings, phases } = plan;
  const steps = phases.flatMap((phase) => phase.batches).flat().length;
  return { release, from, strategy, changes, warnings, steps };
}
