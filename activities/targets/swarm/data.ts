import type { EnvironmentRecord } from '../../../src/manifest/record/record';
import { nameOfVolume, overlap, storesOf } from '../../../src/model/container/data';
import { accessoryName, COMPOSE, type EnvironmentRef, readLabels, STACK } from '../../../src/model/names';
import type { ObservedVolume, Writes } from '../../../src/model/observed';
import { servicesOn, type SwarmTarget } from '../../../src/model/target';
import type { Writer } from '../../../src/model/environment/writer';
import type { ServiceState, Swarm } from '../../drivers/swarm/swarm';
import type { Edge } from './context';

interface Mounted {
  Type: string;
  Source?: string;
  Target: string;
  ReadOnly?: boolean;
}

/** Where a Swarm service writes what outlives its tasks. */
export function writesOf({ spec }: Pick<ServiceState, 'spec'>): Writes[] {
  const mounts = (spec.TaskTemplate.ContainerSpec['Mounts'] ?? []) as Mounted[];
  return mounts.flatMap(({ Type, Source, Target, ReadOnly }) =>
    Source && Type !== 'tmpfs' && !ReadOnly ? [{ target: Target, store: Source }] : [],
  );
}

/** The Swarm services that write to the data of these models, also those that others made; one at 0 writes nothing. */
export async function findWriters(
  swarm: Swarm,
  place: EnvironmentRef,
  target: SwarmTarget,
  project: string,
  models: EnvironmentRecord[],
): Promise<Writer[]> {
  const stores = models.flatMap((model) =>
    servicesOn(model, target.name).flatMap((service) => storesOf(model, service).map(({ store }) => store)),
  );
  if (stores.length === 0) return [];
  const found = (await swarm.listServices({})).filter((one) =>
    writesOf(one).some(({ store }) => stores.some((wanted) => overlap(store, wanted))),
  );
  return found.map((one) => describeWriter(place, project, one));
}

function describeWriter(place: EnvironmentRef, project: string, found: ServiceState): Writer {
  const { id, name, labels, replicas, isJob, spec } = found;
  const words = readLabels(place.installation, labels);
  const isOwn = words?.app === place.app && words.environment === place.environment;
  const { [STACK]: stack } = labels;
  const service = words?.service ?? labels[COMPOSE.service] ?? name.replace(`${stack}_`, '');
  const isKept = words?.role === 'accessory' && name !== accessoryName(place, service);
  const role = words?.role === 'accessory' || words?.role === 'one-off' ? words.role : 'instance';
  return {
    id,
    name,
    stores: [...new Set(writesOf(found).map(({ store }) => store))],
    state: replicas > 0 || isJob || spec.Mode.Global ? 'running' : 'exited',
    restart: { name: 'no' },
    ...(words?.shared !== undefined && { shared: words.shared.split(',').filter(Boolean) }),
    ...(isOwn && { own: { role: isKept ? ('kept' as const) : role, service, release: words.release ?? '' } }),
    ...(words && !isOwn && { of: `${words.environment} of ${words.app}` }),
    ...(!words &&
      stack !== undefined &&
      (stack === project ? { composed: { project, service } } : { of: `stack ${stack}` })),
  };
}

/** Those on the edges and managers: of other nodes a manager cannot tell, and a volume there is neither found nor missed. */
export async function findVolumes(
  edges: Edge[],
  target: SwarmTarget,
  models: EnvironmentRecord[],
): Promise<Record<string, ObservedVolume>> {
  const names = models.flatMap((model) =>
    servicesOn(model, target.name).flatMap(({ container }) =>
      container.mounts.flatMap((mount) => (mount.type === 'volume' ? nameOfVolume(model, mount.volume) : [])),
    ),
  );
  const found = await Promise.all(
    [...new Set(names)].map(async (name) => {
      const each = await Promise.all(edges.map(({ engine }) => engine.inspectVolume(name)));
      const there = each.find((one) => one !== undefined);
      return there ? [[name, { driver: there.driver, options: there.options }] as const] : [];
    }),
  );
  return Object.fromEntries(found.flat());
}
