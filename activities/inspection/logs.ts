import { instancesOn } from '../../src/model/host';
import { instanceName, type Place, readLabels } from '../../src/model/names';
import type { RolloutDeps } from '../rollout/context';
import { findAccessory } from '../rollout/find-accessory';

import { permanent } from '../drivers/errors';
import { readHashes, redactLog } from '../secret-hashes';
import { SecretReader } from '../secrets';
import type { Activities } from '../types';
import { unlessStopped } from '../waiting';
import { findEnvironment } from './find-environment';

/** As much as a log shows; a result of an activity may have 2 MB. */
const LONGEST_LOG = 64 * 1024;

/** The end of what the containers of a service say in a release, on every host, without the secrets. */
export async function readLogs(
  deps: RolloutDeps,
  { record: ref, environment: name, service: wanted }: Parameters<Activities['readLogs']>[0],
): Promise<{ host: string; container: string; text: string }[]> {
  const environment = await findEnvironment(deps, ref, name);
  const service = environment.services.find((one) => one.name === wanted);
  if (!service) {
    const known = environment.services.map((one) => one.name).join(', ');
    throw permanent({
      kind: 'no-such-service',
      service: wanted,
      message: `${name} has no service ${wanted}. It has: ${known}`,
    });
  }
  const place: Place = { installation: deps.settings.installation, app: ref.app, environment: name };
  const reader = new SecretReader();
  const each = environment.hosts.flatMap((host) => {
    const own = instancesOn(environment, host.name).filter((one) => one.service === service);
    return own.map(async ({ replica }) => {
      const engine = await deps.connect(host);
      const found =
        service.kind === 'accessory'
          ? await findAccessory({ engine, place, project: environment.project }, wanted)
          : await engine.inspectContainer(instanceName(place, ref.release, wanted, replica));
      if (!found) return [];
      const container = found.name;
      const made = readHashes(readLabels(place.installation, found.labels)?.secrets);
      const log = await engine.logs(container, Math.floor(LONGEST_LOG / own.length));
      const text = await redactLog(log, deps.settings, place, { made, sources: environment.secrets, reader });
      return [{ host: host.name, container, text }];
    });
  });
  return (await unlessStopped(Promise.all(each))).flat();
}
