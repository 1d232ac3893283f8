import { accessoryName, instanceName, readLabels } from '../../../src/model/names';
import type { SwarmTarget } from '../../../src/model/target';
import { readHashes, redactLog } from '../../secrets/secret-hashes';
import { SecretReader } from '../../secrets';
import type { Log, LogSubject } from '../driver';
import { type SwarmDeps, swarmOf } from './context';

/** In bytes, for one service; an activity's result is limited to 2 MB. */
const LONGEST_LOG = 64 * 1024;
/** What ended before is of interest, too. */
const MOST_TASKS = 8;

/** The end of the output of a service's tasks, the running ones first, with secrets redacted. */
export async function readLogs(
  deps: SwarmDeps,
  target: SwarmTarget,
  { place, record, environment, service: wanted }: LogSubject,
): Promise<Log[]> {
  const swarm = swarmOf(deps, target);
  const kind = environment.services.find(({ name }) => name === wanted)?.kind;
  const name = kind === 'accessory' ? accessoryName(place, wanted) : instanceName(place, record.release, wanted);
  const set = await swarm.inspectService(name);
  if (!set) return [];
  const reader = new SecretReader();
  const made = readHashes(readLabels(place.installation, set.labels)?.secrets);
  const tasks = (await swarm.listTasks([set.id])).filter(({ container }) => container !== undefined);
  const running = tasks.filter(({ state }) => state === 'running');
  const some = (running.length > 0 ? running : tasks).slice(0, MOST_TASKS);
  return Promise.all(
    some.map(async ({ id, slot }) => {
      const log = await swarm.taskLogs(id, Math.floor(LONGEST_LOG / some.length));
      const text = await redactLog(log, deps.settings, place, { made, sources: environment.secrets, reader });
      return { host: target.name, container: `${name}.${slot}`, text };
    }),
  );
}
