import { poll } from '../parts/run/children';
import { clientOf } from '../parts/server/engine-client';

/**
 * Removes from an engine, which may be the user's own, all that one installation made there, by its labels and names. What goes by itself
 * meanwhile, because a worker was stopped in the middle of a removal, is waited for.
 */
export async function cleanUp(dockerHost: string, installation: string, repositories: string[]): Promise<void> {
  await poll(30_000, () => removeAll(dockerHost, installation, repositories));
}

async function removeAll(dockerHost: string, installation: string, repositories: string[]): Promise<void> {
  const engine = clientOf(dockerHost);
  const filters = { label: [`${installation}.role`] };
  await removeServices(engine, filters);
  const containers = await engine.listContainers({ all: true, filters });
  await Promise.all(containers.map(({ Id }) => engine.getContainer(Id).remove({ force: true, v: true })));
  const networks = await engine.listNetworks({ filters });
  // Those of a swarm wait for the tasks of every node, and end with the swarm.
  const own = networks.filter(({ Scope }) => Scope !== 'swarm');
  await Promise.all(own.map(({ Id }) => engine.getNetwork(Id).remove()));
  const { Volumes: volumes = [] } = await engine.listVolumes({ filters });
  await Promise.all(volumes.map(({ Name }) => engine.getVolume(Name).remove()));
  const images = await engine.listImages({ all: false });
  const ours = images
    .flatMap(({ RepoTags, RepoDigests }) => [...(RepoTags ?? []), ...(RepoDigests ?? [])])
    .filter((name) => repositories.some((repository) => name.startsWith(`${repository}/`)));
  await Promise.all(
    ours.map((name) =>
      engine
        .getImage(name)
        .remove()
        .catch(() => undefined),
    ),
  );
}

/** Of a swarm, which would start their containers again. Only a manager knows them. */
async function removeServices(engine: ReturnType<typeof clientOf>, filters: { label: string[] }): Promise<void> {
  const { Swarm } = (await engine.info()) as { Swarm?: { ControlAvailable?: boolean } };
  if (!Swarm?.ControlAvailable) return;
  const services = await engine.listServices({ filters });
  await Promise.all(services.map(({ ID }) => engine.getService(ID).remove()));
}
