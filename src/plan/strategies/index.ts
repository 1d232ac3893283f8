import type { EnvironmentRecord } from '../../manifest/record/record';
import type { Phase } from '../../model/plan';
import type { StrategyKind } from '../../model/strategy';
import type { PlanningInput } from '../planning';
import { planBlueGreen } from './blue-green';
import { planCanary, warnOfWayBack } from './canary';
import { planRecreate, warnOfOutage } from './recreate';
import { planRolling } from './rolling';

export interface PlanStrategy {
  phases(input: PlanningInput, after: EnvironmentRecord): Phase[];
  /** What an approver must know about it, a sentence each. */
  warnings(input: PlanningInput, after: EnvironmentRecord): string[];
}

const none = () => [];

export const strategies = {
  'blue-green': { phases: planBlueGreen, warnings: none },
  recreate: { phases: planRecreate, warnings: warnOfOutage },
  rolling: { phases: planRolling, warnings: none },
  canary: { phases: planCanary, warnings: warnOfWayBack },
} satisfies Record<StrategyKind, PlanStrategy>;
