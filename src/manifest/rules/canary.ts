import type { StrategyOf } from '../kinds';
import type { StrategyRules } from './strategy-rules';

/** What a canary asks of its own settings. */
export const canary: StrategyRules<StrategyOf<'canary'>> = {
  ofManifest: ({ steps }, _, at) =>
    steps.flatMap(({ weight }, index, all) => {
      const before = all[index - 1]?.weight ?? 0;
      if (weight > before) return [];
      const message = `is ${weight}, but the step before has ${before}. Expected a greater weight in every step; the last is followed by all traffic`;
      return [{ path: [...at, 'canary', 'steps', index, 'weight'], message }];
    }),
};
