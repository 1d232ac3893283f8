import { accessoryName, instanceName, readLabels } from '../../../src/model/names';
import type { KubernetesTarget } from '../../../src/model/target';
import { SecretReader } from '../../secrets';
import { readHashes, redactLog } from '../../secrets/secret-hashes';
import type { Log, LogSubject } from '../driver';
import { type KubernetesDeps, openSpace } from './context';
import { type PodObject, wordsOn } from './objects';
import { ownLabels } from '../../../src/model/kubernetes/labels';

/** In bytes, for one service; an activity's result is limited to 2 MB. */
const LONGEST_LOG = 64 * 1024;
const MOST_PODS = 8;

/** The end of the output of a service's pods, with secrets redacted. */
export async function readLogs(
  deps: KubernetesDeps,
  target: KubernetesTarget,
  { place, record, environment, service }: LogSubject,
): Promise<Log[]> {
  const space = await openSpace(deps, target);
  const isAccessory = environment.services.find(({ name }) => name === service)?.kind === 'accessory';
  const set = isAccessory
    ? await space.get('StatefulSet', accessoryName(place, service))
    : await space.get('Deployment', instanceName(place, record.release, service));
  if (!set) return [];
  const words = isAccessory
    ? ({ role: 'accessory', service } as const)
    : ({ role: 'instance', service, release: record.release } as const);
  const pods = (await space.list<PodObject>('Pod', ownLabels(place, words))).slice(0, MOST_PODS);
  const reader = new SecretReader();
  const made = readHashes(readLabels(place.installation, wordsOn(set))?.secrets);
  return Promise.all(
    pods.map(async ({ metadata: { name } }) => {
      const bytes = Math.floor(LONGEST_LOG / pods.length);
      const log = await space.cluster.logs({ namespace: space.namespace, name }, { bytes }).catch(() => undefined);
      const text = await redactLog(log ?? '', deps.settings, place, { made, sources: environment.secrets, reader });
      return { host: target.name, container: name, text };
    }),
  );
}
