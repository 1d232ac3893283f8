import { overlap, type Store } from '../../../../src/model/container/data';
import { accessoryName, COMPOSE, type LabelWords, type EnvironmentRef, readLabels } from '../../../../src/model/names';
import type { Writer } from '../../../../src/model/environment/writer';
import type { Engine, WritingContainer } from '../../../drivers/docker/engine';

/** All containers on a host that write to one of these stores, including stopped ones. */
export const findWriters = async (engine: Engine, place: EnvironmentRef, stores: Store[]): Promise<Writer[]> =>
  stores.length === 0 ? [] : writersAmong(engine, place, await engine.listAll(), stores);

/** Like `findWriters`, from an existing list. */
export async function writersAmong(
  engine: Engine,
  place: EnvironmentRef,
  all: WritingContainer[],
  stores: Store[],
): Promise<Writer[]> {
  const found = all.filter(({ writes }) => writes.some((one) => stores.some((store) => overlap(one.store, store))));
  const writers = await Promise.all(found.map((one) => readWriter(engine, place, one)));
  return writers.filter((one) => one !== undefined).sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function readWriter(engine: Engine, place: EnvironmentRef, found: WritingContainer): Promise<Writer | undefined> {
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
    ...(words?.shared !== undefined && { shared: words.shared.split(',').filter(Boolean) }),
    ...(words
      ? describeOwner(place, name, installation!, words)
      : project !== undefined && { composed: { project, service: labels[COMPOSE.service] ?? '' } }),
  };
}

const ownerOf = (labels: Record<string, string>): string | undefined =>
  Object.keys(labels)
    .find((key) => key.endsWith('.role') && `${key.slice(0, -5)}.app` in labels)
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
