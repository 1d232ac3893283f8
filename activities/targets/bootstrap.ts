import type { EnvironmentRecord } from '../../src/manifest/record/record';
import { isRoutedOn, type Target } from '../../src/model/target';
import { permanent } from '../drivers/errors';
import { naming } from '../naming';
import type { BootstrapStep } from '../../src/model/inspection';
import { unlessStopped } from '../waiting';
import { type Drivers, driverOf } from './driver';

/** What a bootstrap would do on each target with routes; `only` selects one by name. */
export async function planBootstrap(
  drivers: Drivers,
  environment: EnvironmentRecord,
  only?: string,
): Promise<BootstrapStep[]> {
  const targets = environment.targets.filter(({ name }) => isRoutedOn(environment, name));
  const chosen = only === undefined ? targets : targets.filter(({ name }) => name === only);
  if (chosen.length === 0) {
    const known = targets.map(({ name }) => name).join(', ');
    throw permanent({
      kind: 'no-such-host',
      message: `${environment.name} has no routed host ${only ?? ''}. Expected one of: ${known || 'none'}`,
    });
  }
  const plan = (target: Target) => naming({ host: target.name }, () => driverOf(drivers, target).planBootstrap(target));
  return unlessStopped(Promise.all(chosen.map(plan)));
}

/** Makes a target's proxy run as this worker would create it now. */
export const bootstrap = (drivers: Drivers, target: Target): Promise<{ done: string }> =>
  naming({ operation: 'bootstrap', host: target.name }, () => driverOf(drivers, target).bootstrap(target));
