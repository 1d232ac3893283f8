import type { Finding, Path } from '../../model/text/path';
import type { Service } from '../../model/service';
import { isGradual, type StrategyKind } from '../../model/strategy';
import type { StrategyOf } from '../kinds';
import { canary } from './canary';
import { rolling } from './rolling';
import type { Manifest } from '../schema';
import type { StrategyRules } from './strategy-rules';

type Environment = Manifest['environments'][string];

const RULES: { [Kind in StrategyKind]?: StrategyRules<StrategyOf<Kind>> } = { rolling, canary };

const rulesOf = ({ kind }: Environment['strategy']) =>
  RULES[kind] as StrategyRules<Environment['strategy']> | undefined;

/** Why an environment cannot have its strategy, judged by the manifest alone, and the way out. */
export function checkStrategies(manifest: Manifest): Finding[] {
  return Object.entries(manifest.environments).flatMap(([name, environment]) => {
    const at = ['environments', name, 'strategy'];
    const { strategy } = environment;
    return [...(rulesOf(strategy)?.ofManifest?.(strategy, environment, at) ?? []), ...withoutRoutes(environment, at)];
  });
}

/** Like `checkStrategies`, with the environment's services. */
export function checkStrategyOf(name: string, environment: Environment, services: Service[]): Finding[] {
  const at = ['environments', name, 'strategy'];
  const { strategy } = environment;
  return [
    ...(rulesOf(strategy)?.ofServices?.(strategy, environment, services, at) ?? []),
    ...irreversibleCommands(environment, services, at),
  ];
}

function withoutRoutes({ strategy, routes }: Environment, at: Path): Finding[] {
  if (!isGradual(strategy.kind) || routes.length > 0) return [];
  return [
    {
      path: at,
      message: `is ${strategy.kind}, which splits requests, but there are no routes. Add routes, or use blue-green`,
    },
  ];
}

function irreversibleCommands({ strategy }: Environment, services: Service[], at: Path): Finding[] {
  if (!isGradual(strategy.kind)) return [];
  return services
    .flatMap(({ name, kind, before }) =>
      before.flatMap(({ irreversible }, index) =>
        irreversible ? [`${name}.${kind === 'one-off' ? 'completes' : `before[${index}]`}`] : [],
      ),
    )
    .map((command) => ({
      path: at,
      message:
        `is ${strategy.kind}, during which two releases serve, but services.${command} cannot be undone: ` +
        `the old release would work with its changes. Add an undo (undo: [command]), or use blue-green or recreate`,
    }));
}
