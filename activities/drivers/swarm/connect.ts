import type { Connection } from '../../../src/model/target';
import { hostOf } from '../docker/connect';
import { ask, type Host } from '../docker/host';
import type { SshSettings } from '../ssh/settings';
import { contentsOf } from './contents';
import { nodesOf } from './nodes';
import { overlaysOf } from './overlays';
import { servicesOf } from './services';
import type { ManagerInfo, Swarm } from './swarm';
import { tasksOf } from './tasks';

/** A swarm, asked through this manager. Does not connect yet. */
export function connectManager(
  manager: Connection & { name: string },
  settings: { dockerHost: string; ssh?: SshSettings },
): Swarm {
  const host = hostOf(manager, settings);
  return {
    host: host.name,
    info: () => readInfo(host),
    ...nodesOf(host),
    ...servicesOf(host),
    ...tasksOf(host),
    ...overlaysOf(host),
    ...contentsOf(host),
  };
}

interface Info {
  ServerVersion: string;
  Swarm?: { NodeID?: string; ControlAvailable?: boolean; Error?: string };
}

async function readInfo(host: Host): Promise<ManagerInfo> {
  const [version, info] = await Promise.all([
    ask(host, 'ask the manager for its version', () => host.docker.version()),
    ask(host, 'ask the manager for its swarm', () => host.docker.info() as Promise<Info>),
  ]);
  const { NodeID = '', ControlAvailable = false, Error: error } = info.Swarm ?? {};
  return {
    nodeId: NodeID,
    apiVersion: version.ApiVersion,
    version: version.Version,
    isManager: ControlAvailable,
    ...(error && { error }),
  };
}
