import type { TestHosts } from '../../parts/host/hosts';
import type { TestSwarm } from '../../parts/host/swarm';
import { clientOf } from '../../parts/server/engine-client';
import type { LabTarget, Room } from './lab-target';

/** The engine that also builds. */
export const onThisMachine = (engine: string): Room => ({
  written: 'hosts: [local]',
  addresses: (port) => [`127.0.0.1:${port}`],
  variables: {},
  engines: [engine],
  instances: (installation, app) => containersOn([engine], installation, app),
});

/** Docker hosts, reached over SSH alone. */
export function onHosts(hosts: TestHosts): LabTarget {
  const engines = hosts.all.map(({ engine }) => engine);
  return {
    hosts: hosts.all,
    roomFor: async () => ({
      ...reached(hosts),
      written: `hosts: [${hosts.all.map(({ address }) => address).join(', ')}]`,
      instances: (installation, app) => containersOn(engines, installation, app),
    }),
    stop: hosts.stop,
  };
}

/** A swarm, each of whose nodes has a proxy. */
export function onSwarm(swarm: TestSwarm): LabTarget {
  const addresses = (nodes: TestSwarm['all']) => `[${nodes.map(({ address }) => address).join(', ')}]`;
  return {
    hosts: swarm.all,
    roomFor: async () => ({
      ...reached(swarm),
      written: `swarm: { managers: ${addresses(swarm.managers)}, edge: ${addresses(swarm.all)} }`,
      instances: (installation, app) => servicesOf(swarm.managers[0]!.engine, installation, app),
    }),
    stop: swarm.stop,
  };
}

const reached = ({ all, variables }: TestHosts): Pick<Room, 'addresses' | 'variables' | 'engines'> => ({
  addresses: (port) => all.map(({ ip }) => `${ip}:${port}`),
  variables,
  engines: all.map(({ engine }) => engine),
});

const ofInstances = (installation: string, app: string) => ({
  label: [`${installation}.app=${app}`, `${installation}.role=instance`],
});

async function containersOn(engines: string[], installation: string, app: string): Promise<string[]> {
  const filters = ofInstances(installation, app);
  const all = await Promise.all(engines.map((engine) => clientOf(engine).listContainers({ all: true, filters })));
  return all.flat().map(({ Labels, State }) => `${Labels[`${installation}.release`]} ${State}`);
}

async function servicesOf(manager: string, installation: string, app: string): Promise<string[]> {
  const found = await clientOf(manager).listServices({ filters: ofInstances(installation, app) });
  return found.map(
    ({ Spec }) =>
      `${Spec!.Labels![`${installation}.release`]} ${Spec!.Mode!.Replicated!.Replicas ? 'running' : 'stopped'}`,
  );
}
