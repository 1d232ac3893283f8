import { instancesOn } from '../../src/model/host';
import { accessoryName, instanceName, type Place } from '../../src/model/names';
import type { RolloutDeps } from '../rollout/context';

import { permanent } from '../drivers/errors';
import { redactSaid } from '../redact';
import { SecretReader } from '../secrets';
import type { Activities } from '../types';
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
  const secrets = await new SecretReader().known(environment.secrets);
  const each = environment.hosts.flatMap((host) => {
    const own = instancesOn(environment, host.name).filter((one) => one.service === service);
    return own.map(async ({ replica }) => {
      const container =
        service.kind === 'accessory' ? accessoryName(place, wanted) : instanceName(place, ref.release, wanted, replica);
      const engine = await deps.connect(host);
      if (!(await engine.inspectContainer(container))) return [];
      const bytes = Math.floor(LONGEST_LOG / own.length);
      return [{ host: host.name, container, text: redactSaid(await engine.logs(container, bytes), secrets) }];
    });
  });
  return (await Promise.all(each)).flat();
}
