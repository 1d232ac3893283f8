import type { StrategyOf } from '../../manifest/kinds';
import type { EnvironmentRecord } from '../../manifest/record';
import type { Phase } from '../../model/plan';
import { goesGradually, onTheWay } from '../gradual';
import type { PlanningInput } from '../planning';
import { soak } from '../steps';
import { planBlueGreen } from './blueGreen';

/** Blue-green, but on the way the new release answers a growing share of the requests, with a soak at each weight. */
export function planCanary(input: PlanningInput, after: EnvironmentRecord): Phase[] {
  const phases = planBlueGreen(input, after);
  const release = input.wanted?.release ?? '';
  const beside = { release: input.current?.release ?? '' };
  if (!goesGradually(input)) return phases;
  const hosts = after.hosts.map(({ name }) => name);
  const { steps } = after.strategy as StrategyOf<'canary'>;
  return onTheWay(
    input,
    phases,
    steps.flatMap(({ weight: percent, soak: forMs }) => [
      { hosts, route: (_, whole) => ({ ...whole, part: { percent, beside } }) },
      soak(after, release, { forMs, partOn: () => ({ percent }) }),
    ]),
  );
}

/** The way back has no steps. */
export const warnOfWayBack = ({ kind }: PlanningInput): string[] =>
  kind === 'rollback' ? ['all traffic goes back at once, without the steps of canary'] : [];
