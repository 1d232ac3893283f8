import type { EnvironmentRecord } from '../../../src/manifest/record/record';
import {
  accessoryName,
  COMPOSE,
  labels,
  type EnvironmentRef,
  proxyName,
  readLabels,
  STACK,
} from '../../../src/model/names';
import type { ComposeContainer, ObservedSet, ObservedSwarm } from '../../../src/model/observed';
import type { SwarmTarget } from '../../../src/model/target';
import type { NodeState, ServiceState, Swarm, TaskState } from '../../drivers/swarm/swarm';
import { describeProxy } from '../../engines/proxy/proxies';
import { describeOthers } from './sets/seal';
import { findVolumes, findWriters, writesOf } from './data';
import { type Edge, edgesOf, type SwarmDeps, swarmOf } from './context';

/** Observes an environment in a swarm. */
export async function observeSwarm(
  deps: SwarmDeps,
  target: SwarmTarget,
  place: EnvironmentRef,
  project: string,
  models: EnvironmentRecord[],
): Promise<ObservedSwarm> {
  const swarm = swarmOf(deps, target);
  const edges = edgesOf(deps, target);
  const [containers, networks, composed, seen, volumes, writers] = await Promise.all([
    findSets(swarm, place),
    findReleases(swarm, place),
    findComposed(swarm, project),
    Promise.all(edges.map((edge) => lookAtEdge(deps, edge, place))),
    findVolumes(edges, target, models),
    findWriters(swarm, place, target, project, models),
  ]);
  const routes = seen
    .flatMap((one) => one.routes ?? [])
    .sort((a, b) => b.counter - a.counter)
    .at(0);
  const taken = seen.flatMap((one) => one.taken);
  return {
    containers,
    networks,
    proxies: Object.fromEntries(seen.flatMap(({ name, proxy }) => (proxy ? [[name, proxy]] : []))),
    ...(routes && { routes }),
    ...(taken.length > 0 && { taken }),
    ...(composed.length > 0 && { composed }),
    ...(models.length > 0 && { volumes, writers }),
  };
}

async function lookAtEdge({ proxy }: SwarmDeps, { name, engine }: Edge, place: EnvironmentRef) {
  const [routes, taken, found] = await Promise.all([
    proxy.readRoutes(engine, place),
    proxy.readTaken(engine, place),
    engine.inspectContainer(proxyName(place.installation)),
  ]);
  return { name, routes, taken, proxy: found && describeProxy(place, found) };
}

/** The environment's sets and accessories, with the tasks that are wanted. */
export async function findSets(swarm: Swarm, place: EnvironmentRef): Promise<ObservedSet[]> {
  const { installation, app, environment } = place;
  const found = await Promise.all(
    (['instance', 'accessory'] as const).map((role) =>
      swarm.listServices(labels(installation, { role, app, environment })),
    ),
  );
  const services = found.flat();
  const [tasks, nodes] = await Promise.all([swarm.listTasks(services.map(({ id }) => id)), swarm.listNodes()]);
  return services
    .map((service) =>
      describeSet(
        place,
        service,
        tasks.filter((task) => task.service === service.id),
        nodes,
      ),
    )
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function describeSet(place: EnvironmentRef, service: ServiceState, all: TaskState[], nodes: NodeState[]): ObservedSet {
  const { id, name, labels: own, image, replicas } = service;
  const {
    role,
    service: of = '',
    release = '',
    spec = '',
    irreversible,
    ledger,
  } = readLabels(place.installation, own)!;
  const tasks = all.filter(({ desired }) => desired === 'running' || desired === 'ready');
  const running = tasks.filter(({ state }) => state === 'running');
  const changed = describeOthers(place.installation, service);
  const startedAt = running
    .map(({ at }) => at)
    .sort((a, b) => (a < b ? -1 : 1))
    .at(-1);
  return {
    id,
    name,
    role: role === 'accessory' ? (name === accessoryName(place, of) ? 'accessory' : 'kept') : 'instance',
    service: of,
    release,
    spec,
    image,
    state: replicas > 0 ? 'running' : 'exited',
    health: replicas === 0 ? 'none' : running.length >= replicas ? 'healthy' : 'starting',
    ...(startedAt !== undefined && { startedAt }),
    restart: { name: 'always' },
    ...(irreversible && { irreversible: true as const }),
    ...(ledger !== undefined && { ledger }),
    ...(changed !== undefined && { changed }),
    writes: writesOf(service),
    count: replicas,
    tasks: tasks.map(({ id: task, node, state, error }) => ({
      id: task,
      node: shortName(node, nodes),
      state,
      ...(error !== undefined && { error }),
    })),
  };
}

/** Its hostname, where no other node has the same. */
function shortName(node: string, nodes: NodeState[]): string {
  const hostname = nodes.find(({ id }) => id === node)?.hostname;
  const isAlone = hostname && nodes.filter((one) => one.hostname === hostname).length === 1;
  return isAlone ? hostname : node.slice(0, 12);
}

async function findReleases(swarm: Swarm, { installation, app, environment }: EnvironmentRef): Promise<string[]> {
  const networks = await swarm.listOverlays(labels(installation, { role: 'network', app, environment }));
  const releases = networks.flatMap((network) => readLabels(installation, network.labels)?.release ?? []);
  return [...new Set(releases)].sort((a, b) => (a < b ? -1 : 1));
}

/** What `docker stack deploy` made under the project's name, as what docker compose makes on a host. */
export async function findComposed(swarm: Swarm, project: string): Promise<ComposeContainer[]> {
  const found = await swarm.listServices({ [STACK]: project });
  return found.map(({ id, name, labels: own, image, replicas, spec }) => {
    const { Networks = [] } = spec.TaskTemplate;
    const ports = ((spec.EndpointSpec as { Ports?: { PublishedPort?: number }[] } | undefined)?.Ports ?? []).flatMap(
      ({ PublishedPort }) => (PublishedPort ? [{ ip: '0.0.0.0', port: PublishedPort }] : []),
    );
    const writes = writesOf({ spec });
    return {
      id,
      name,
      service: own[COMPOSE.service] ?? name.replace(`${project}_`, ''),
      image,
      state: replicas > 0 || spec.Mode.Global ? 'running' : 'exited',
      restart: { name: 'always' as const },
      ports,
      networks: Networks.map(({ Target }) => Target),
      ...(writes.length > 0 && { writes }),
    };
  });
}
