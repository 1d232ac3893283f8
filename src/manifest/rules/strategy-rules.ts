import type { Finding, Path } from '../../model/text/path';
import type { Service } from '../../model/service';
import type { Manifest } from '../schema';

type Environment = Manifest['environments'][string];

/** What a strategy says of its own settings; `at` is where it is written. */
export interface StrategyRules<Strategy> {
  ofManifest?(strategy: Strategy, environment: Environment, at: Path): Finding[];
  ofServices?(strategy: Strategy, environment: Environment, services: Service[], at: Path): Finding[];
}
