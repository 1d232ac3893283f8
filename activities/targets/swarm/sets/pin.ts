import type { EnvironmentRecord } from '../../../../src/manifest/record/record';
import { nameOfVolume } from '../../../../src/model/container/data';
import { accessoryName } from '../../../../src/model/names';
import type { NodePlacement, Service } from '../../../../src/model/service';
import type { NodeState, ServiceState } from '../../../drivers/swarm/swarm';
import type { SwarmContext } from '../context';

/** The label of a node that has a volume. */
export const keyOf = (installation: string, volume: string) => `${installation}.volume.${volume}`;

/**
 * Where an accessory runs: on the node of its volumes and on no other, for a volume is a node's own. Its label names the node; before
 * there is one, by the service that had the data, by an edge that has the volume, or it is the first that the service may run on. Of an
 * accessory without volumes the swarm chooses.
 */
export async function pin(
  ctx: SwarmContext,
  environment: EnvironmentRecord,
  service: Service,
  former: (ServiceState | undefined)[],
): Promise<NodePlacement | undefined> {
  const volumes = volumesOf(environment, service);
  if (volumes.length === 0) return service.placement;
  const { installation } = ctx.place;
  const keys = volumes.map((volume) => keyOf(installation, volume));
  const nodes = [...(await ctx.swarm.listNodes())].sort((a, b) => (a.id < b.id ? -1 : 1));
  const labelled = nodes.filter(({ labels }) => keys.some((key) => labels[key] === 'true'));
  if (labelled.length > 1) throw ctx.fail(severalNodes(service, volumes, labelled));
  const node =
    labelled[0]?.id ??
    (await nodeOfFormer(ctx, former)) ??
    (await edgeWith(ctx, volumes)) ??
    nodes.find((one) => one.isUp && one.isActive && fits(one, service.placement))?.id;
  if (node === undefined) return service.placement;
  await ctx.swarm.labelNode(node, Object.fromEntries(keys.map((key) => [key, 'true'])));
  return { ...service.placement, constraints: [...(service.placement?.constraints ?? []), `node.id==${node}`] };
}

export const volumesOf = (environment: EnvironmentRecord, { container }: Service): string[] =>
  container.mounts.flatMap((mount) => (mount.type === 'volume' ? [nameOfVolume(environment, mount.volume)] : []));

const severalNodes = ({ name }: Service, volumes: string[], nodes: NodeState[]) => ({
  kind: 'ambiguous-volume',
  service: name,
  message:
    `the volumes of ${name} (${volumes.join(', ')}) are on several nodes, as their labels say: ${nodes.map(({ id }) => id).join(', ')}. ` +
    'Move the data to one of them, and take the label from the others: docker node update --label-rm',
});

/** By its own pin, else by where its task is or was. */
async function nodeOfFormer(
  { swarm }: SwarmContext,
  former: (ServiceState | undefined)[],
): Promise<string | undefined> {
  for (const service of former) {
    if (!service) continue;
    const pinned = service.spec.TaskTemplate.Placement?.Constraints?.map(
      (one) => /^node\.id\s*==\s*(\w+)$/.exec(one)?.[1],
    );
    const found =
      pinned?.find(Boolean) ?? (await swarm.listTasks([service.id])).find(({ container }) => container)?.node;
    if (found) return found;
  }
  return undefined;
}

async function edgeWith({ edges }: SwarmContext, volumes: string[]): Promise<string | undefined> {
  for (const { engine, node } of edges)
    for (const volume of volumes) if (await engine.inspectVolume(volume)) return node();
  return undefined;
}

/** As far as the constraint is known here; of another one the swarm decides. */
function fits(node: NodeState, { constraints = [] }: NodePlacement = {}): boolean {
  const known: Record<string, string> = { 'node.id': node.id, 'node.hostname': node.hostname, 'node.role': node.role };
  return constraints.every((constraint) => {
    const [, key = '', sign, value] = /^\s*([\w.-]+)\s*(==|!=)\s*(.*?)\s*$/.exec(constraint) ?? [];
    const label = /^node\.labels\.(.+)$/.exec(key)?.[1];
    if (label === undefined && known[key] === undefined) return true;
    return ((label === undefined ? known[key] : node.labels[label]) === value) === (sign === '==');
  });
}

/** Never two that write to one volume: refuses while another service runs on it. */
export async function refuseSecondUser(
  ctx: SwarmContext,
  environment: EnvironmentRecord,
  service: Service,
): Promise<void> {
  const own = accessoryName(ctx.place, service.name);
  const kept = new Set(
    service.container.mounts.flatMap((mount) =>
      mount.type === 'volume' && !mount.readOnly && !service.shared?.includes(mount.volume)
        ? [nameOfVolume(environment, mount.volume)]
        : [],
    ),
  );
  if (kept.size === 0) return;
  for (const { name, replicas, spec } of await ctx.swarm.listServices({})) {
    const mounts = (spec.TaskTemplate.ContainerSpec['Mounts'] ?? []) as { Source?: string; ReadOnly?: boolean }[];
    const both = mounts.find(({ Source, ReadOnly }) => !ReadOnly && kept.has(Source ?? ''));
    if (name === own || !both || (replicas === 0 && !spec.Mode.Global)) continue;
    throw ctx.fail({
      kind: 'volume-in-use',
      service: service.name,
      message: `service ${name} runs and writes to volume ${both.Source}, which ${service.name} would write to as well. Nothing was started beside it. Stop it (docker service scale ${name}=0), and release again`,
    });
  }
}
