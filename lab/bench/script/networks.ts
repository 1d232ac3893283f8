import { accessoryName, environmentNetwork, proxyName, releaseNetwork, volumeName } from '../../../src/model/names';
import type { ScriptApplication, Version } from './application';
import type { Tools } from './tools';

type Accessory = NonNullable<ScriptApplication['accessory']>;

/** A version's own network, with the proxy and the accessory in it. */
export async function createNetwork(
  { docker, place, labels }: Tools,
  { release }: Version,
  accessory?: Accessory,
): Promise<void> {
  const network = await docker.createNetwork({ Name: releaseNetwork(place, release, 'default'), Labels: labels });
  await network.connect({ Container: proxyName(place.installation) });
  if (accessory)
    await network.connect({
      Container: accessoryName(place, accessory.name),
      EndpointConfig: { Aliases: [accessory.name] },
    });
}

export async function removeNetwork(
  { docker, place }: Tools,
  { release }: Version,
  accessory?: Accessory,
): Promise<void> {
  const network = docker.getNetwork(releaseNetwork(place, release, 'default'));
  await network.disconnect({ Container: proxyName(place.installation) });
  if (accessory) await network.disconnect({ Container: accessoryName(place, accessory.name) });
  await network.remove();
}

/** What outlives all versions. */
export async function startAccessory({ docker, place, labels }: Tools, { name, image }: Accessory): Promise<void> {
  const home = environmentNetwork(place);
  const volume = volumeName(home, 'stored');
  await docker.createNetwork({ Name: home, Labels: labels });
  await docker.createVolume({ Name: volume, Labels: labels });
  const container = await docker.createContainer({
    name: accessoryName(place, name),
    Image: image,
    Labels: labels,
    HostConfig: { Init: true, NetworkMode: home, Mounts: [{ Type: 'volume', Source: volume, Target: '/data' }] },
  });
  await container.start();
}
