import { ask, type Host } from '../docker/host';
import type { NodeState, Swarm } from './swarm';

export const nodesOf = (host: Host): Pick<Swarm, 'listNodes' | 'labelNode'> => ({
  listNodes: async () => (await list(host)).map(readNode),
  labelNode: (id, labels) => label(host, id, labels),
});

interface Listed {
  ID: string;
  Version: { Index: number };
  Spec: { Role: 'manager' | 'worker'; Availability: string; Labels?: Record<string, string> };
  Description?: { Hostname?: string };
  Status: { State: string; Addr?: string };
  ManagerStatus?: { Reachability?: string };
}

const list = (host: Host) => ask(host, 'list the nodes', () => host.docker.listNodes() as Promise<Listed[]>);

const readNode = ({ ID, Version, Spec, Description, Status, ManagerStatus }: Listed): NodeState => ({
  id: ID,
  version: Version.Index,
  hostname: Description?.Hostname ?? '',
  address: Status.Addr ?? '',
  role: Spec.Role,
  isUp: Status.State === 'ready',
  isActive: Spec.Availability === 'active',
  isReachableManager: ManagerStatus?.Reachability === 'reachable',
  labels: Spec.Labels ?? {},
});

/** Adds labels to those that it has. */
async function label(host: Host, id: string, labels: Record<string, string>): Promise<void> {
  const found = (await list(host)).find(({ ID }) => ID === id);
  if (!found || Object.entries(labels).every(([key, value]) => found.Spec.Labels?.[key] === value)) return;
  const spec = { ...found.Spec, Labels: { ...found.Spec.Labels, ...labels } };
  await ask(host, `label node ${id}`, () => host.docker.getNode(id).update({ version: found.Version.Index, ...spec }));
}
