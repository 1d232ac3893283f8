import { setTimeout as pause } from 'node:timers/promises';
import type { Failure } from '../../../src/model/failure';
import { transient } from '../errors';
import type { Engine, NetworkMake } from './engine';
import { ask, askUnless, type Host } from './host';

type Networks = Pick<
  Engine,
  'createNetwork' | 'listNetworks' | 'removeNetwork' | 'connectNetwork' | 'disconnectNetwork' | 'repairNetworks'
>;

export const networksOf = (host: Host): Networks => ({
  createNetwork: (make) => create(host, make),
  listNetworks: (labels) => list(host, labels),
  removeNetwork: (name) => remove(host, name),
  connectNetwork: (network, container, aliases) => connectNetwork(host, network, container, aliases),
  disconnectNetwork: (network, container) => disconnect(host, network, container),
  repairNetworks: (container) => repair(host, container),
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
    // Otherwise engines before 25 create a second network of the same name.
    CheckDuplicate: true,
  };
  await askUnless(host, [409], `create network ${make.name}`, () => host.docker.createNetwork(words));
}

async function list(host: Host, labels: Record<string, string>) {
  const filters = { label: Object.entries(labels).map(([key, value]) => `${key}=${value}`) };
  const found = await ask(host, 'list networks', () => host.docker.listNetworks({ filters }));
  return found.map((network) => ({ name: network.Name, labels: network.Labels ?? {} }));
}

/** How long and how often to empty a network that containers keep rejoining. */
const EMPTY_WITHIN_MS = 10_000;
const LOOKS_EVERY_MS = 100;

async function remove(host: Host, name: string): Promise<void> {
  const end = Date.now() + EMPTY_WITHIN_MS;
  // By id: two parallel attempts can create two networks of one name, and the engine refuses an
  // ambiguous name.
  const ids = await idsOf(host, name);
  for (;;) {
    const left = ids.length > 0 ? await disconnectAll(host, name, ids) : [];
    const inUse = left.length > 0 ? stillIn(host, name, left) : await removeEmpty(host, name, ids);
    if (!inUse) return;
    if (Date.now() >= end) throw inUse;
    await pause(LOOKS_EVERY_MS);
  }
}

/**
 * Disconnects all containers of a network, running or not: the engine would reconnect one it
 * restarts, or, with the network gone, never start it again. Returns those still connected: a
 * container that waits for its restart can be disconnected only while it runs.
 */
async function disconnectAll(host: Host, name: string, ids: string[]): Promise<string[]> {
  for (const container of await usersOf(host, name)) for (const id of ids) await disconnect(host, id, container);
  return usersOf(host, name);
}

async function usersOf(host: Host, name: string): Promise<string[]> {
  const words = { all: true, filters: { network: [name] } };
  const found = await ask(host, `list containers in network ${name}`, () => host.docker.listContainers(words));
  return found
    .filter(({ State, NetworkSettings }) => name in NetworkSettings.Networks && !['removing', 'dead'].includes(State))
    .map(({ Id, Names }) => Names[0]?.replace(/^\//, '') ?? Id);
}

async function removeEmpty(host: Host, name: string, ids: string[]): Promise<Error | undefined> {
  try {
    for (const id of ids)
      await askUnless(host, [404], `remove network ${name}`, () => host.docker.getNetwork(id).remove());
    return undefined;
  } catch (error) {
    if (kindOf(error) === 'conflict') return error as Error;
    throw error;
  }
}

const kindOf = (error: unknown) => (error as { details?: Failure[] }).details?.[0]?.kind;

const stillIn = (host: Host, name: string, containers: string[]) =>
  transient({
    kind: 'conflict',
    host: host.name,
    message: `remove network ${name}: the engine restarts ${containers.join(', ')} again and again, and puts it into the network each time. Read its log: docker logs ${containers[0]}`,
  });

async function idsOf(host: Host, name: string): Promise<string[]> {
  const found = await ask(host, `find network ${name}`, () => host.docker.listNetworks({ filters: { name: [name] } }));
  // The engine's filter matches substrings.
  return found.filter((network) => network.Name === name).map((network) => network.Id);
}

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

async function repair(host: Host, container: string): Promise<void> {
  const info = await askUnless(host, [404], `inspect container ${container}`, () =>
    host.docker.getContainer(container).inspect(),
  );
  // Listed afterwards, so that networks it joins meanwhile are included.
  const all = await ask(host, 'list networks', () => host.docker.listNetworks());
  for (const [name, { NetworkID, Aliases }] of Object.entries(info?.NetworkSettings.Networks ?? {})) {
    const isThere = all.some((one) => one.Name === name);
    if (NetworkID ? all.some(({ Id }) => Id === NetworkID) : isThere) continue;
    await disconnect(host, name, container);
    if (isThere) await connectNetwork(host, name, container, Aliases ?? []);
  }
}

const unlessSaid = (fine: RegExp) => (error: Error) => {
  if (!fine.test(error.message)) throw error;
};
