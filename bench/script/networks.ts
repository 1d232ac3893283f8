import { accessoryName, environmentNetwork, proxyName, releaseNetwork, volumeName } from '../../src/model/names';
import type { Version } from './instances';
import type { Tools } from './tools';

/** A version's own network, with the proxy in it. */
export async function createNetwork({ docker, place, labels }: Tools, { release }: Version): Promise<void> {
  const network = await docker.createNetwork({ Name: releaseNetwork(place, release, 'default'), Labels: labels });
  await network.connect({ Container: proxyName(place.installation) });
}

export async function connectStore({ docker, place }: Tools, { release }: Version): Promise<void> {
  const network = docker.getNetwork(releaseNetwork(place, release, 'default'));
  await network.connect({ Container: accessoryName(place, 'store'), EndpointConfig: { Aliases: ['store'] } });
}

export async function removeNetwork({ docker, place }: Tools, { release }: Version): Promise<void> {
  const network = docker.getNetwork(releaseNetwork(place, release, 'default'));
  await network.disconnect({ Container: proxyName(place.installation) });
  await network.disconnect({ Container: accessoryName(place, 'store') });
  await network.remove();
}

/** The accessory, which outlives all versions. */
export async function startStore({ docker, place, labels }: Tools, image: string): Promise<void> {
  const home = environmentNetwork(place);
  await docker.createNetwork({ Name: home, Labels: labels });
  await docker.createVolume({ Name: volumeName(environmentNetwork(place), 'stored'), Labels: labels });
  const store = await docker.createContainer({
    name: accessoryName(place, 'store'),
    Image: image,
    Labels: labels,
    HostConfig: {
      Init: true,
      NetworkMode: home,
      Mounts: [{ Type: 'volume', Source: volumeName(environmentNetwork(place), 'stored'), Target: '/data' }],
    },
  });
  await store.start();
}
