import { isPath, overlap, type Store } from '../../../../src/model/container/data';
import { accessoryName, COMPOSE, type LabelWords, type EnvironmentRef, readLabels } from '../../../../src/model/names';
import type { Writer } from '../../../../src/model/environment/writer';
import type { Engine, WritingContainer } from '../../../drivers/docker/engine';

/** All containers on a host that write to one of these stores, including stopped ones. */
export const findWriters = async (engine: Engine, place: EnvironmentRef, stores: Store[]): Promise<Writer[]> =>
  stores.length === 0 ? [] : (await writersAmong(engine, place, await engine.listAll(), stores)).writers;

interface Found {
  writers: Writer[];
  /** Folders of others that run, of which nobody can tell whether they are the same by a link: `/mnt/pg of backup-1`. */
  unseen: string[];
}

/**
 * Like `findWriters`, from an existing list. A folder that is another one by a link on the host, or lies within it, goes by the name under
 * which it is asked for.
 */
export async function writersAmong(
  engine: Engine,
  place: EnvironmentRef,
  all: WritingContainer[],
  stores: Store[],
): Promise<Found> {
  const { nameOf, unseen } = await followLinks(engine, all, stores);
  const named = all.map((one) => ({
    ...one,
    writes: one.writes.map((write) => ({ ...write, store: nameOf(write.store) })),
  }));
  const found = named.filter(({ writes }) => writes.some((one) => stores.some((store) => overlap(one.store, store))));
  const writers = await Promise.all(found.map((one) => readWriter(engine, place, one, nameOf)));
  return {
    writers: writers.filter((one) => one !== undefined).sort((a, b) => (a.name < b.name ? -1 : 1)),
    unseen: all
      .filter((one) => one.state === 'running' && !isOf(place, one))
      .flatMap(({ name, writes }) =>
        writes.filter(({ store }) => unseen.includes(store)).map(({ store }) => `${store} of ${name}`),
      )
      .sort(),
  };
}

/** Services of one environment have what its compose file gives them. */
function isOf({ installation, app, environment }: EnvironmentRef, { labels }: WritingContainer): boolean {
  const words = readLabels(installation, labels);
  return words?.app === app && words.environment === environment;
}

interface Followed {
  nameOf: (store: Store) => Store;
  unseen: Store[];
}

/**
 * The name of each store among those that are asked for, when its folder is the same as theirs or one is inside the other. Where the
 * worker does not see the files of the host, it cannot be told.
 */
async function followLinks(engine: Engine, all: WritingContainer[], wanted: Store[]): Promise<Followed> {
  const isNew = (store: Store) => isPath(store) && !wanted.some((one) => overlap(one, store));
  const others = [...new Set(all.flatMap(({ writes }) => writes.map(({ store }) => store)))].filter(isNew);
  const asked = wanted.filter(isPath);
  if (others.length === 0 || asked.length === 0) return { nameOf: (store) => store, unseen: [] };
  const real = await engine.realPaths([...new Set([...asked, ...others])]);
  const names = new Map(
    others.flatMap((store) => {
      const same = asked.find((one) => overlap(real[one] ?? one, real[store] ?? store));
      return same === undefined ? [] : [[store, same] as const];
    }),
  );
  return {
    nameOf: (store) => names.get(store) ?? store,
    unseen: others.filter((store) => real[store] === undefined && !names.has(store)),
  };
}

async function readWriter(
  engine: Engine,
  place: EnvironmentRef,
  found: WritingContainer,
  nameOf: (store: Store) => Store,
): Promise<Writer | undefined> {
  const { id, name, labels, state, writes } = found;
  const restart = state === 'running' ? { name: 'no' as const } : (await engine.inspectContainer(id))?.restart;
  if (!restart) return undefined;
  const installation = ownerOf(labels);
  const words = installation === undefined ? undefined : readLabels(installation, labels);
  const project = labels[COMPOSE.project];
  // An earlier windlass wrote the names of volumes that are really folders.
  const placeOf = (shared: Store) => writes.find(({ volume }) => volume === shared)?.store ?? nameOf(shared);
  return {
    id: id.slice(0, 12),
    name,
    stores: [...new Set(writes.map(({ store }) => store))],
    state,
    restart,
    ...(words?.shared !== undefined && { shared: words.shared.split(',').filter(Boolean).map(placeOf) }),
    ...(words
      ? describeOwner(place, name, installation!, words)
      : project && { composed: { project, service: labels[COMPOSE.service] ?? '' } }),
  };
}

const ownerOf = (labels: Record<string, string>): string | undefined =>
  Object.keys(labels)
    .find((key) => key.endsWith('.role') && labels[key] && `${key.slice(0, -5)}.app` in labels)
    ?.slice(0, -5);

function describeOwner(
  place: EnvironmentRef,
  name: string,
  installation: string,
  words: LabelWords,
): Pick<Writer, 'own' | 'of'> {
  const { role, app, environment, service = '', release = '' } = words;
  if (installation !== place.installation || app !== place.app || environment !== place.environment)
    return { of: `${environment} of ${app}${installation === place.installation ? '' : ` (${installation})`}` };
  const isKept = role === 'accessory' && name !== accessoryName(place, service);
  return {
    own: { role: isKept ? 'kept' : role === 'accessory' || role === 'one-off' ? role : 'instance', service, release },
  };
}
