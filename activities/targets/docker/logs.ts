import { instanceName, readLabels } from '../../../src/model/names';
import { type DockerHost, instancesOn } from '../../../src/model/target';
import { readHashes, redactLog } from '../../secrets/secret-hashes';
import { SecretReader } from '../../secrets';
import type { Log, LogSubject } from '../driver';
import { findAccessory } from './containers/find-accessory';
import type { DockerDeps } from './context';

/** In bytes, for one service on one host; an activity's result is limited to 2 MB. */
const LONGEST_LOG = 64 * 1024;

/** The end of the output of a service's containers on a host, with secrets redacted. */
export async function readLogs(
  { settings, connect }: DockerDeps,
  host: DockerHost,
  { place, record, environment, service: wanted }: LogSubject,
): Promise<Log[]> {
  const own = instancesOn(environment, host.name).filter(({ service }) => service.name === wanted);
  const reader = new SecretReader();
  const each = own.map(async ({ service, replica }): Promise<Log[]> => {
    const engine = await connect(host);
    const found =
      service.kind === 'accessory'
        ? await findAccessory({ engine, place, project: environment.project }, wanted)
        : await engine.inspectContainer(instanceName(place, record.release, wanted, replica));
    if (!found) return [];
    const made = readHashes(readLabels(place.installation, found.labels)?.secrets);
    const log = await engine.logs(found.name, Math.floor(LONGEST_LOG / own.length));
    const text = await redactLog(log, settings, place, { made, sources: environment.secrets, reader });
    return [{ host: host.name, container: found.name, text }];
  });
  return (await Promise.all(each)).flat();
}
