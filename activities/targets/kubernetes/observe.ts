import type { EnvironmentRecord } from '../../../src/manifest/record/record';
import { nameOfVolume } from '../../../src/model/container/data';
import { claimName } from '../../../src/model/kubernetes/names';
import { accessoryName, type EnvironmentRef, readLabels } from '../../../src/model/names';
import type {
  ObservedKubernetes,
  ObservedLead,
  ObservedSet,
  ObservedVolume,
  Writes,
} from '../../../src/model/observed';
import { type KubernetesTarget, servicesOn } from '../../../src/model/target';
import { byText } from '../../../src/model/text/text-order';
import type { KubernetesObject } from '../../drivers/kubernetes/cluster';
import { containerOf, isReady, isThere, type PodObject, type ServiceObject, type SetObject, wordsOn } from './objects';
import { describeChangers } from './changers';
import { leadsOf, readSwitch } from './routes/leads';
import { ownLabels } from '../../../src/model/kubernetes/labels';
import type { Space } from './space';

/** Observes an environment in its namespace. */
export async function observeNamespace(
  space: Space,
  target: KubernetesTarget,
  place: EnvironmentRef,
  models: EnvironmentRecord[],
): Promise<ObservedKubernetes> {
  const kind = target.route === 'service' ? 'Service' : 'HTTPRoute';
  const [sets, markers, leads, volumes] = await Promise.all([
    findSets(space, place),
    space.list('ConfigMap', ownLabels(place, { role: 'network' })),
    leadsOf({ space, place }, kind),
    findVolumes(space, target, models),
  ]);
  const releases = markers.flatMap((one) => readLabels(place.installation, one.metadata.labels)?.release ?? []);
  const [last] = leads.map((lead) => readSwitch(place.installation, lead)).sort((a, b) => b.counter - a.counter);
  return {
    containers: sets.map(({ observed }) => observed),
    networks: [...new Set(releases)].sort(byText),
    ...(last && { routes: last }),
    leads: leads.map((lead) => describeLead(place, lead)),
    changed: [...sets.map(({ set }) => set), ...leads].flatMap((one) => describeChangers(place.installation, one)),
    ...(models.length > 0 && { volumes, writers: [] }),
  };
}

/** The environment's sets and accessories, with the pods that are wanted. */
async function findSets(space: Space, place: EnvironmentRef): Promise<{ set: SetObject; observed: ObservedSet }[]> {
  const each = await Promise.all(
    (['instance', 'accessory'] as const).map(async (role) => {
      const own = ownLabels(place, { role });
      const [sets, pods] = await Promise.all([
        space.list<SetObject>(role === 'instance' ? 'Deployment' : 'StatefulSet', own),
        space.list<PodObject>('Pod', own),
      ]);
      return sets.map((set) => ({ set, observed: describeSet(place, set, pods) }));
    }),
  );
  return each.flat().sort((a, b) => byText(a.observed.name, b.observed.name));
}

function describeSet(place: EnvironmentRef, set: SetObject, all: PodObject[]): ObservedSet {
  const { name, uid = '' } = set.metadata;
  const words = readLabels(place.installation, wordsOn(set))!;
  const { role, service = '', release = '', spec = '', irreversible, ledger } = words;
  const count = set.spec.replicas ?? 1;
  const pods = all.filter((pod) => isOf(place, pod, words) && isThere(pod) && !pod.metadata.deletionTimestamp);
  const startedAt = pods
    .flatMap((pod) => containerOf(pod)?.state.running?.startedAt ?? [])
    .sort(byText)
    .at(-1);
  const isAccessory = role === 'accessory';
  const writes = isAccessory ? storesIn(place, set) : [];
  return {
    id: uid,
    name,
    role: isAccessory ? (name === accessoryName(place, service) ? 'accessory' : 'kept') : 'instance',
    service,
    release,
    spec,
    image: set.spec.template.spec.containers[0]!.image,
    state: count > 0 ? 'running' : 'exited',
    health: count === 0 ? 'none' : pods.filter(isReady).length >= count ? 'healthy' : 'starting',
    restarts: pods.reduce((sum, pod) => sum + (containerOf(pod)?.restartCount ?? 0), 0),
    ...(startedAt !== undefined && { startedAt }),
    restart: { name: 'always' },
    ...(irreversible && { irreversible: true as const }),
    ...(ledger !== undefined && { ledger }),
    ...(writes.length > 0 && { writes }),
    count,
    tasks: count > 0 ? pods.map(describePod) : [],
  };
}

function isOf(
  { installation }: EnvironmentRef,
  pod: PodObject,
  words: { service?: string; release?: string; role: string },
) {
  const own = readLabels(installation, pod.metadata.labels);
  return own?.service === words.service && (words.role === 'accessory' || own?.release === words.release);
}

function describePod(pod: PodObject): ObservedSet['tasks'][number] {
  const { reason, message } = containerOf(pod)?.state.waiting ?? {};
  const error = reason && [reason, message].filter(Boolean).join(': ');
  return {
    id: pod.metadata.uid ?? pod.metadata.name,
    node: pod.spec.nodeName ?? '',
    state: isReady(pod) ? 'running' : (reason ?? pod.status?.phase ?? 'Pending'),
    ...(error && { error }),
  };
}

function storesIn({ installation }: EnvironmentRef, { metadata }: KubernetesObject): Writes[] {
  const text = metadata.annotations?.[`${installation}.stores`];
  return text ? (JSON.parse(text) as Writes[]) : [];
}

function describeLead({ installation }: EnvironmentRef, lead: KubernetesObject): ObservedLead {
  const { selector } = (lead as ServiceObject).spec;
  const { release } = selector ? (readLabels(installation, selector) ?? {}) : readSwitch(installation, lead);
  return {
    name: lead.metadata.name,
    service: readLabels(installation, lead.metadata.labels)?.service ?? lead.metadata.name,
    ...(release && release !== 'none' && { release }),
  };
}

/** A claim has no driver and options in compose's words; one that is missing says so. */
async function findVolumes(
  space: Space,
  target: KubernetesTarget,
  models: EnvironmentRecord[],
): Promise<Record<string, ObservedVolume | false>> {
  const names = models.flatMap((model) =>
    servicesOn(model, target.name).flatMap(({ container }) =>
      container.mounts.flatMap((mount) => (mount.type === 'volume' ? nameOfVolume(model, mount.volume) : [])),
    ),
  );
  const found = [...new Set(names)].map(async (name) => {
    const claim = await space.get('PersistentVolumeClaim', claimName(name));
    return [name, claim ? { driver: 'local', options: {} } : (false as const)] as const;
  });
  return Object.fromEntries(await Promise.all(found));
}
