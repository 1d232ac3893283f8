import type { EnvironmentRecord } from '../../../../src/manifest/record/record';
import { type EnvironmentRef, labels, readLabels } from '../../../../src/model/names';
import type { Service, Volume } from '../../../../src/model/service';
import type { ObservedVolume } from '../../../../src/model/observed';
import type { Engine, VolumeMake } from '../../../drivers/docker/engine';
import type { DockerContext } from '../context';
import { lacksVolume } from '../../../../src/plan/engines/data/begins-empty';
import {
  asFound,
  type FoundVolumes,
  nameOfVolume,
  storeOfVolume,
  type VolumeNames,
} from '../../../../src/model/container/data';

/**
 * Creates a service's missing volumes. Returns their names on the engine by those of the model, and the model with those that
 * were there, which are used unchanged.
 */
export async function createVolumes(
  ctx: DockerContext,
  environment: EnvironmentRecord,
  { container }: Service,
): Promise<{ names: Record<string, string>; model: EnvironmentRecord }> {
  const names: Record<string, string> = {};
  const there: FoundVolumes = {};
  for (const mount of container.mounts) {
    if (mount.type !== 'volume') continue;
    const said = environment.volumes.find((one) => one.name === mount.volume);
    const name = (names[mount.volume] = nameOfVolume(environment, mount.volume));
    const found = await ctx.engine.inspectVolume(name);
    there[name] = asObserved(name, found);
    if (said?.external && !found) throw ctx.fail({ kind: 'no-such-volume', message: lacksVolume(name, ctx.host) });
    if (said?.external) continue;
    if (found) refuseForeign(ctx, name, found.labels);
    else await ctx.engine.createVolume(makeVolume(ctx.place, name, said));
  }
  return { names, model: asFound(environment, there) };
}

/** The names on the engine of the volumes that a service mounts. */
export const volumesOf = (model: VolumeNames, { container }: Pick<Service, 'container'>): string[] =>
  container.mounts.flatMap((mount) => (mount.type === 'volume' ? nameOfVolume(model, mount.volume) : []));

/** What volumes of these names really are. */
export async function findVolumes(
  engine: Pick<Engine, 'inspectVolume'>,
  names: string[],
): Promise<Record<string, ObservedVolume | false>> {
  const found = [...new Set(names)]
    .sort()
    .map(async (name) => [name, asObserved(name, await engine.inspectVolume(name))] as const);
  return Object.fromEntries(await Promise.all(found));
}

const asObserved = (name: string, found: Pick<ObservedVolume, 'driver' | 'options'> | undefined) => {
  if (!found) return false;
  const { driver, options } = found;
  return { driver, options, store: storeOfVolume(name, { driver, options }) };
};

/** The model with the volumes of a service as the engine has them. */
export const modelAsFound = async <T extends VolumeNames>(
  engine: Pick<Engine, 'inspectVolume'>,
  model: T,
  service: Pick<Service, 'container'>,
): Promise<T> => asFound(model, await findVolumes(engine, volumesOf(model, service)));

function makeVolume(place: EnvironmentRef, name: string, said: Volume | undefined): VolumeMake {
  const words = { role: 'volume', app: place.app, environment: place.environment } as const;
  const own = labels(place.installation, words);
  return { name, labels: { ...said?.labels, ...own }, driver: said?.driver, options: said?.options };
}

function refuseForeign(ctx: DockerContext, name: string, found: Record<string, string>): void {
  const { installation, app, environment } = ctx.place;
  const owner = Object.keys(found)
    .find((key) => key.endsWith('.role') && found[key] === 'volume')
    ?.slice(0, -5);
  const words = owner === undefined ? undefined : readLabels(owner, found);
  if (!words || (owner === installation && words.app === app && words.environment === environment)) return;
  throw ctx.fail({
    kind: 'foreign-volume',
    message:
      `volume ${name} belongs to installation ${owner}, ${words.app} ${words.environment}. ` +
      `Use another project under environments.${environment} in windlass.yaml, or declare the volume external if both should use it`,
  });
}
