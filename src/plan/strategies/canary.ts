import type { StrategyOf } from '../../manifest/kinds';
import type { EnvironmentRecord } from '../../manifest/record/record';
import type { Phase } from '../../model/plan';
import { goesGradually, insertStages } from '../traffic-stages';
import type { PlanningInput } from '../planning';
import { soak } from '../soak';
import { planBlueGreen } from './blue-green';

/** Like blue-green, but the new release first gets a growing share of the requests, with a soak at each weight. */
export function planCanary(input: PlanningInput, after: EnvironmentRecord): Phase[] {
  const phases = planBlueGreen(input, after);
  const release = input.wanted?.release ?? '';
  const beside = { release: input.current?.release ?? '' };
  if (!goesGradually(input)) return phases;
  const targets = after.targets.map(({ name }) => name);
  const { steps } = after.strategy as StrategyOf<'canary'>;
  return insertStages(
    input,
    phases,
    steps.flatMap(({ weight: percent, soak: forMs }) => [
      { targets, route: (_, whole) => ({ ...whole, part: { percent, beside } }) },
      soak(after, release, { forMs, shareOn: () => ({ percent }) }),
    ]),
  );
}

/** Going back has no steps. */
export const warnOfWayBack = ({ kind }: PlanningInput): string[] =>
  kind === 'rollback' ? ['all traffic goes back at once, without canary steps'] : [];
