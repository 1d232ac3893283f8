import type { Engine, NetworkMake, VolumeMake } from './engine';
import { ask, askUnless, type Host } from './host';

type Networks = Pick<
  Engine,
  | 'createNetwork'
  | 'listNetworks'
  | 'removeNetwork'
  | 'connectNetwork'
  | 'disconnectNetwork'
  | 'inspectVolume'
  | 'createVolume'
>;

/** The networks and volumes of a host. */
export const networksOf = (host: Host): Networks => ({
  createNetwork: (make) => create(host, make),
  listNetworks: (labels) => list(host, labels),
  removeNetwork: (name) => remove(host, name),
  connectNetwork: (network, container, aliases) => connectNetwork(host, network, container, aliases),
  disconnectNetwork: (network, container) => disconnect(host, network, container),
  inspectVolume: (name) => inspectVolume(host, name),
  createVolume: (make) => createVolume(host, make),
});

async function create(host: Host, make: NetworkMake): Promise<void> {
  const words = {
    Name: make.name,
    Labels: make.labels,
    Internal: make.internal ?? false,
    Driver: 'bridge',
    ...(make.options && { Options: make.options }),
    ...(make.ipv4 !== undefined && { EnableIPv4: make.ipv4 }),
    ...(make.ipv6 !== undefined && { EnableIPv6: make.ipv6 }),
    // Engines before 25 make a second network of the same name otherwise.
    CheckDuplicate: true,
  };
  await askUnless(host, [409], `create network ${make.name}`, () => host.docker.createNetwork(words));
}

async function list(host: Host, labels: Record<string, string>) {
  const filters = { label: Object.entries(labels).map(([key, value]) => `${key}=${value}`) };
  const found = await ask(host, 'list networks', () => host.docker.listNetworks({ filters }));
  return found.map((network) => ({ name: network.Name, labels: network.Labels ?? {} }));
}

async function remove(host: Host, name: string): Promise<void> {
  // By id: two attempts at once can have made two of one name, and the name alone is refused then.
  for (const id of await idsOf(host, name)) {
    const network = host.docker.getNetwork(id);
    const info = await askUnless(host, [404], `inspect network ${name}`, () => network.inspect());
    for (const container of Object.keys(info?.Containers ?? {})) await disconnect(host, id, container);
    await askUnless(host, [404], `remove network ${name}`, () => network.remove());
  }
}

async function idsOf(host: Host, name: string): Promise<string[]> {
  const found = await ask(host, `find network ${name}`, () => host.docker.listNetworks({ filters: { name: [name] } }));
  // The engine's filter finds every name that has this one in it.
  return found.filter((network) => network.Name === name).map((network) => network.Id);
}

/** Joins unless it is joined. */
export async function connectNetwork(host: Host, network: string, container: string, aliases: string[]): Promise<void> {
  const words = { Container: container, EndpointConfig: { Aliases: aliases } };
  await ask(host, `connect ${container} to network ${network}`, () =>
    host.docker
      .getNetwork(network)
      .connect(words)
      .catch(unlessSaid(/already exists in network|already connected|already attached/i)),
  );
}

async function disconnect(host: Host, network: string, container: string): Promise<void> {
  await ask(host, `disconnect ${container} from network ${network}`, () =>
    host.docker
      .getNetwork(network)
      .disconnect({ Container: container, Force: true })
      .catch(unlessSaid(/is not connected to|no such container|network .* not found/i)),
  );
}

async function inspectVolume(host: Host, name: string) {
  const found = await askUnless(host, [404], `inspect volume ${name}`, () => host.docker.getVolume(name).inspect());
  return found && { labels: found.Labels ?? {} };
}

async function createVolume(host: Host, make: VolumeMake): Promise<void> {
  await ask(host, `create volume ${make.name}`, () =>
    host.docker.createVolume({
      Name: make.name,
      Labels: make.labels,
      ...(make.driver && { Driver: make.driver }),
      ...(make.options && { DriverOpts: make.options }),
    }),
  );
}

/** The engine has no status of its own for "that is so already". */
const unlessSaid = (fine: RegExp) => (error: Error) => {
  if (!fine.test(error.message)) throw error;
};
