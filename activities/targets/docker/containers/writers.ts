import { isPath, overlap, type Store } from '../../../../src/model/container/data';
import { accessoryName, COMPOSE, type LabelWords, type EnvironmentRef, readLabels } from '../../../../src/model/names';
import type { Writer } from '../../../../src/model/environment/writer';
import type { Engine, WritingContainer } from '../../../drivers/docker/engine';

/** All containers on a host that write to one of these stores, including stopped ones. */
export const findWriters = async (engine: Engine, place: EnvironmentRef, stores: Store[]): Promise<Writer[]> =>
  stores.length === 0 ? [] : writersAmong(engine, place, await engine.listAll(), stores);

/**
 * Like `findWriters`, from an existing list. A folder that is another one by a link on the host, or lies within it, goes by the name under
 * which it is asked for.
 */
export async function writersAmong(
  engine: Engine,
  place: EnvironmentRef,
  all: WritingContainer[],
  stores: Store[],
): Promise<Writer[]> {
  const nameOf = await followLinks(engine, all, stores);
  const named = all.map((one) => ({
    ...one,
    writes: one.writes.map((write) => ({ ...write, store: nameOf(write.store) })),
  }));
  const found = named.filter(({ writes }) => writes.some((one) => stores.some((store) => overlap(one.store, store))));
  const writers = await Promise.all(found.map((one) => readWriter(engine, place, one, nameOf)));
  return writers.filter((one) => one !== undefined).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The name of each store among those that are asked for, when its folder is the same as theirs or one is inside the other. */
async function followLinks(engine: Engine, all: WritingContainer[], wanted: Store[]): Promise<(store: Store) => Store> {
  const isNew = (store: Store) => isPath(store) && !wanted.some((one) => overlap(one, store));
  const others = [...new Set(all.flatMap(({ writes }) => writes.map(({ store }) => store)))].filter(isNew);
  const asked = wanted.filter(isPath);
  if (others.length === 0 || asked.length === 0) return (store) => store;
  const real = await engine.realPaths([...new Set([...asked, ...others])]);
  const names = new Map(
    others.flatMap((store) => {
      const same = asked.find((one) => overlap(real[one] ?? one, real[store] ?? store));
      return same === undefined ? [] : [[store, same] as const];
    }),
  );
  return (store) => names.get(store) ?? store;
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
  return {
    id: id.slice(0, 12),
    name,
    stores: [...new Set(writes.map(({ store }) => store))],
    state,
    restart,
    ...(words?.shared !== undefined && { shared: words.shared.split(',').filter(Boolean).map(nameOf) }),
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
