import type { EnvironmentRecord } from '../../src/manifest/record';
import { labels, type Place, volumeName } from '../../src/model/names';
import type { Service, Volume } from '../../src/model/service';
import type { VolumeMake } from '../drivers/docker/engine';
import type { RolloutContext } from './context';

/** The volumes that a service mounts exist; their names on the engine, by those of the model. */
export async function createVolumes(
  { engine, place }: RolloutContext,
  environment: EnvironmentRecord,
  { container }: Service,
): Promise<Record<string, string>> {
  const names: Record<string, string> = {};
  for (const mount of container.mounts) {
    if (mount.type !== 'volume') continue;
    const { volume } = mount;
    const said = environment.volumes.find((one) => one.name === volume);
    names[volume] = said?.external ?? volumeName(place, volume);
    if (!said?.external) await engine.createVolume(makeVolume(place, names[volume], said));
  }
  return names;
}

function makeVolume(place: Place, name: string, said: Volume | undefined): VolumeMake {
  const words = { role: 'volume', app: place.app, environment: place.environment } as const;
  const own = labels(place.installation, words);
  return { name, labels: { ...said?.labels, ...own }, driver: said?.driver, options: said?.options };
}
