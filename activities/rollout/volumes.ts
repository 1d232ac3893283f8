import type { EnvironmentRecord } from '../../src/manifest/record';
import { labels, type Place, readLabels, volumeName } from '../../src/model/names';
import type { Service, Volume } from '../../src/model/service';
import type { VolumeMake } from '../drivers/docker/engine';
import type { RolloutContext } from './context';

/** The volumes that a service mounts exist; their names on the engine, by those of the model. One that is there is used as it is. */
export async function createVolumes(
  ctx: RolloutContext,
  environment: EnvironmentRecord,
  { container }: Service,
): Promise<Record<string, string>> {
  const names: Record<string, string> = {};
  for (const mount of container.mounts) {
    if (mount.type !== 'volume') continue;
    const said = environment.volumes.find((one) => one.name === mount.volume);
    const name = (names[mount.volume] = nameOfVolume(environment, mount.volume));
    if (said?.external) continue;
    const found = await ctx.engine.inspectVolume(name);
    if (found) refuseForeign(ctx, name, found.labels);
    else await ctx.engine.createVolume(makeVolume(ctx.place, name, said));
  }
  return names;
}

function makeVolume(place: Place, name: string, said: Volume | undefined): VolumeMake {
  const words = { role: 'volume', app: place.app, environment: place.environment } as const;
  const own = labels(place.installation, words);
  return { name, labels: { ...said?.labels, ...own }, driver: said?.driver, options: said?.options };
}

/** What a volume of the model is called on the engine: as docker compose calls it. */
export function nameOfVolume({ project, volumes }: EnvironmentRecord, volume: string): string {
  const said = volumes.find((one) => one.name === volume);
  return said?.external ?? said?.called ?? volumeName(project, volume);
}

/** Two installations never meet, nor do two environments: the project's name alone does not tell them apart. */
function refuseForeign(ctx: RolloutContext, name: string, found: Record<string, string>): void {
  const { installation, app, environment } = ctx.place;
  const owner = Object.keys(found)
    .find((key) => key.endsWith('.role') && found[key] === 'volume')
    ?.slice(0, -5);
  const words = owner === undefined ? undefined : readLabels(owner, found);
  if (!words || (owner === installation && words.app === app && words.environment === environment)) return;
  throw ctx.fail({
    kind: 'foreign-volume',
    message:
      `the volume ${name} was made by the installation ${owner} for ${words.environment} of ${words.app}. ` +
      `Write another project under environments.${environment} in windlass.yaml, or declare the volume as external if both shall use it`,
  });
}
