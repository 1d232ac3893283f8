/**
 * A Docker Swarm of test hosts: each node is a host of `hosts.ts`, with an engine and a network of its own.
 *
 *     const why = whyNoSwarm();                       a reason, where there can be none; else undefined
 *     const swarm = await startSwarm(3, { engine, registry, images: [images.proxy.name], managers: 1 });
 *     swarm.all[0].id                                 the node's id, for all have the machine's hostname
 *     swarm.managers[0].address                       as of a host
 *     await swarm.stop()
 *
 * Overlay networks between the nodes work. Virtual IPs need IPVS, which many kernels lack: services use `dnsrr`.
 */
import { existsSync } from 'node:fs';
import { startHosts, whyNoHosts, type HostsFrom, type TestHost, type TestHosts } from './hosts';
import { inOneLine, PartMissing } from '../find/missing';
import { clientOf } from '../server/engine-client';

export interface SwarmNode extends TestHost {
  id: string;
}

export interface TestSwarm extends TestHosts {
  all: SwarmNode[];
  managers: SwarmNode[];
}

/** Where the kernel keeps what a node needs for overlay networks, loaded or built in. */
const VXLAN = '/sys/module/vxlan';

/** Why there can be no swarm here; undefined when there can. */
export function whyNoSwarm(): string | undefined {
  const why = whyNoHosts();
  if (why) return why.replace(/^hosts/, 'swarm');
  return existsSync(VXLAN) ? undefined : `swarm: the kernel has no ${VXLAN}. Load it: modprobe vxlan`;
}

/** Starts a swarm of that many nodes, the first ones its managers. Throws PartMissing with the reason. */
export async function startSwarm(
  count: number,
  { managers = 1, ...from }: HostsFrom & { managers?: number },
): Promise<TestSwarm> {
  const why = whyNoSwarm();
  if (why) throw new PartMissing('swarm', [why], 'Run it as root on Linux.');
  const hosts = await startHosts(count, from);
  try {
    const [first, ...others] = hosts.all;
    const tokens = await begin(first!);
    // One after the other: a manager that joins changes who must agree.
    for (const [index, host] of others.entries())
      await join(host, first!, index + 1 < managers ? tokens.Manager : tokens.Worker);
    const all = await Promise.all(hosts.all.map(async (host) => ({ ...host, id: await idOf(host) })));
    return { ...hosts, all, managers: all.slice(0, managers) };
  } catch (error) {
    await hosts.stop();
    throw new PartMissing('swarm', [inOneLine(error)], 'Look at what was tried.');
  }
}

const PORT = 2377;

async function begin({ engine, ip }: TestHost): Promise<{ Worker: string; Manager: string }> {
  const docker = clientOf(engine);
  const pool = { DefaultAddrPool: [ip.replace(/\.0\.\d+$/, '.128.0/17')], SubnetSize: 26 };
  await docker.swarmInit({ AdvertiseAddr: ip, ListenAddr: `${ip}:${PORT}`, ...pool });
  return ((await docker.swarmInspect()) as { JoinTokens: { Worker: string; Manager: string } }).JoinTokens;
}

const join = ({ engine, ip }: TestHost, first: TestHost, token: string) =>
  clientOf(engine).swarmJoin({
    AdvertiseAddr: ip,
    ListenAddr: `${ip}:${PORT}`,
    RemoteAddrs: [`${first.ip}:${PORT}`],
    JoinToken: token,
  });

const idOf = async ({ engine }: TestHost): Promise<string> =>
  ((await clientOf(engine).info()) as { Swarm: { NodeID: string } }).Swarm.NodeID;
