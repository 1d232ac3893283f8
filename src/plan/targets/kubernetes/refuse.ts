import type { EnvironmentRecord } from '../../../manifest/record/record';
import { isWeighed } from '../../../model/strategy';
import type { KubernetesTarget } from '../../../model/target';
import { Refused } from '../../planning';

/** What neither Services nor HTTPRoutes can do. */
export function refuseRoutes({ name, targets, routes, strategy }: EnvironmentRecord): void {
  for (const target of targets as KubernetesTarget[]) {
    const isByService = target.route === 'service';
    if (isByService && isWeighed(strategy.kind))
      throw new Refused({
        kind: 'no-weights',
        host: target.name,
        message: `a ${strategy.kind} of ${name} needs the Gateway API, because a Service has no weights. Write kubernetes.route: { gateway: NAME }, or another strategy`,
      });
    const other = isByService ? undefined : routes.find(({ protocol }) => protocol !== undefined);
    if (other)
      throw new Refused({
        kind: 'no-protocol',
        host: target.name,
        service: other.service,
        message: `the route of ${other.service} is for ${other.protocol}, but windlass makes only HTTPRoutes for a Gateway. Write kubernetes.route: service, and lead to the Service ${other.service} yourself`,
      });
  }
}
