import type { StrategyKind } from '../../manifest/kinds';
import type { EnvironmentRecord } from '../../manifest/record';
import type { Phase } from '../../model/plan';
import { restartComposed } from '../leave';
import type { PlanningInput } from '../planning';
import { retire, stopBackground, switchRoutes, filled } from '../steps';
import { planBlueGreen } from './blueGreen';
import { planCanary, warnOfWayBack } from './canary';
import { planRecreate, warnOfOutage } from './recreate';
import { planRolling } from './rolling';

/** A strategy decides the phases; what carries them out knows none of them. */
export interface PlanStrategy {
  phases(input: PlanningInput, after: EnvironmentRecord): Phase[];
  /** What an approver must know of it, a sentence each. */
  warnings(input: PlanningInput, after: EnvironmentRecord): string[];
}

const none = () => [];

export const strategies = {
  'blue-green': { phases: planBlueGreen, warnings: none },
  recreate: { phases: planRecreate, warnings: warnOfOutage },
  rolling: { phases: planRolling, warnings: none },
  canary: { phases: planCanary, warnings: warnOfWayBack },
} satisfies Record<StrategyKind, PlanStrategy>;

/** The way back of a first release that was terminated: routes away, what docker compose ran started again, the rest but accessories gone. */
export function planToNothing(input: PlanningInput): Phase[] {
  const hosts = Object.keys(input.observed.hosts).sort();
  return [
    {
      name: 'switch',
      batches: filled([
        ...stopBackground(input, undefined),
        switchRoutes(input, undefined, hosts),
        ...restartComposed(input),
      ]),
    },
    { name: 'commit', batches: [] },
    { name: 'retire', batches: retire(input, undefined) },
  ];
}
