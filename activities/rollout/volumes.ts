import type { EnvironmentRecord } from '../../src/manifest/record';
import { labels, volumeName } from '../../src/model/names';
import type { Service } from '../../src/model/service';
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
    const external = environment.volumes.find((one) => one.name === volume)?.external;
    names[volume] = external ?? volumeName(place, volume);
    const words = { app: place.app, environment: place.environment };
    if (!external)
      await engine.createVolume({
        name: names[volume],
        labels: labels(place.installation, { role: 'volume', ...words }),
      });
  }
  return names;
}
