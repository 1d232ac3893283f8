/** What is so of a strategy, whatever its settings: rules, plans and words ask this, and never for its name. */
interface StrategyTraits {
  gradual?: true;
  outage?: true;
  /** Its shares of traffic are no numbers of instances, so that what leads the traffic must weigh. */
  weighed?: true;
}

const STRATEGIES = {
  'blue-green': {},
  recreate: { outage: true },
  rolling: { gradual: true },
  canary: { gradual: true, weighed: true },
} satisfies Record<string, StrategyTraits>;

export type StrategyKind = keyof typeof STRATEGIES;

export type PlannedStrategy = StrategyKind | 'eject' | 'remove';

const traitsOf = (kind: PlannedStrategy): StrategyTraits => (STRATEGIES as Record<string, StrategyTraits>)[kind] ?? {};

export const isGradual = (kind: StrategyKind): boolean => traitsOf(kind).gradual === true;

export const hasOutage = (kind: PlannedStrategy): boolean => traitsOf(kind).outage === true;

export const isWeighed = (kind: StrategyKind): boolean => traitsOf(kind).weighed === true;
