import type { EnvironmentRecord } from '../../../src/manifest/record/record';
import type { EnvironmentRef } from '../../../src/model/names';
import type { ServedRoute } from '../../drivers/proxy/routes/served-route';
import { describeOthersAt } from '../../engines/answers';
import { routesOn } from './operations/routes';

/** Who answers at the release's addresses on a host instead of the release, a sentence each. */
export function describeAnswers(
  place: EnvironmentRef,
  release: string,
  environment: EnvironmentRecord,
  host: string,
  served: ServedRoute[],
): string[] {
  return describeOthersAt(place, release, host, routesOn(place, environment, release, host), served);
}
