import { labels, proxyName, proxyNetwork } from '../../../../src/model/names';
import type { ContainerMake, ContainerState, Engine } from '../../docker/engine';

export async function createHome(engine: Engine, installation: string): Promise<void> {
  await engine.createNetwork({ name: proxyNetwork(installation), labels: labels(installation, { role: 'network' }) });
}

/** The proxy's container, also in the remaining networks of `found`. */
export async function joining(
  engine: Engine,
  wanted: ContainerMake,
  found: Pick<ContainerState, 'networks'>,
): Promise<ContainerMake> {
  const there = new Set((await engine.listNetworks({})).map(({ name }) => name));
  const home = wanted.networks.map(({ name }) => name);
  const joined = Object.keys(found.networks).filter((name) => there.has(name) && !home.includes(name));
  return { ...wanted, networks: [...wanted.networks, ...joined.map((name) => ({ name, aliases: [] }))] };
}

/** Starts the existing proxy, even if a network it was in is gone. */
export async function startProxy(engine: Engine, installation: string): Promise<void> {
  const name = proxyName(installation);
  const found = await engine.inspectContainer(name);
  if (found?.state === 'exited' || found?.state === 'created') {
    await createHome(engine, installation);
    await engine.repairNetworks(name);
    await engine.connectNetwork(proxyNetwork(installation), name, []);
  }
  await engine.startContainer(name);
}
