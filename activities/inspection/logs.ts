import { type EnvironmentRef, isInstanceOf } from '../../src/model/names';
import { permanent } from '../drivers/errors';
import { readKeptLogs } from '../saved-logs';
import type { RolloutDeps } from '../rollout/deps';
import { driverOf, type Log } from '../targets/driver';
import type { Activities } from '../types';
import { unlessStopped } from '../waiting';
import { environmentOfRelease } from './environment-of-release';

/**
 * The end of the output of a service's instances in a release, on every target, with secrets redacted; of all
 * released services where none is named.
 */
export async function readLogs(
  deps: RolloutDeps,
  { record, environment: name, service, kept }: Parameters<Activities['readLogs']>[0],
): Promise<Log[]> {
  const environment = await environmentOfRelease(deps, record, name);
  if (service !== undefined && !environment.services.some((one) => one.name === service)) {
    const known = environment.services.map((one) => one.name).join(', ');
    throw permanent({
      kind: 'no-such-service',
      service,
      message: `${name} has no service ${service}. It has: ${known}`,
    });
  }
  const place: EnvironmentRef = { installation: deps.settings.installation, app: record.app, environment: name };
  // An accessory belongs to no release, so its current logs are found by its name.
  const released = environment.services.filter(({ kind }) => kind !== 'accessory').map((one) => one.name);
  const services = service === undefined ? released : [service];
  const subjects = services.map((one) => ({ place, record, environment, service: one }));
  const logs = environment.targets.flatMap((target) =>
    subjects.map((subject) => driverOf(deps.drivers, target).logs(target, subject)),
  );
  const found = (await unlessStopped(Promise.all(logs))).flat();
  if (!kept) return found;
  const gone = (await readKeptLogs(deps.settings, place, record.release)).filter(
    (one) =>
      !found.some(({ host, container }) => host === one.host && container === one.container) &&
      (service === undefined || isInstanceOf(one.container, place, record.release, service)),
  );
  return [...found, ...gone];
}
