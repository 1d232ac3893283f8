import { setTimeout as pause } from 'node:timers/promises';
import type { Target } from '../../src/manifest/kinds';
import { accessoryName, COMPOSE, labels, type Place, proxyName, readLabels } from '../../src/model/names';
import type { ComposedContainer, Observed, ObservedContainer, ObservedHost } from '../../src/model/observed';
import type { ContainerState, Engine } from '../drivers/docker/engine';
import type { RolloutDeps } from './context';
import { listComposed } from './find-accessory';

/** How long a host that need not answer may take to. */
const DISPENSABLE_MS = 5_000;

/**
 * What is found of an environment on its hosts, all of them at once. Fails when one of them does not answer, unless it is
 * dispensable: then it is not among what was found.
 */
export async function observe(
  { connect, proxy }: Pick<RolloutDeps, 'connect' | 'proxy'>,
  place: Place,
  hosts: Target[],
  /** The environment's compose project. */
  project: string,
  dispensable: string[] = [],
): Promise<Observed> {
  const observeHost = async (host: Target): Promise<[string, ObservedHost]> => {
    const engine = await connect(host);
    const [containers, networks, routes, proxyState, composed] = await Promise.all([
      findContainers(engine, place),
      findReleases(engine, place),
      proxy.readRoutes(engine, place),
      engine.inspectContainer(proxyName(place.installation)),
      listComposed(engine, project),
    ]);
    return [
      host.name,
      {
        containers,
        networks,
        ...(routes && { routes }),
        ...(composed.length > 0 && { composed: composed.map(describeComposed) }),
        ...(proxyState && { proxy: describeProxy(place, proxyState) }),
      },
    ];
  };
  const found = await Promise.all(
    hosts.map((host) => (dispensable.includes(host.name) ? ifItAnswers(observeHost(host)) : observeHost(host))),
  );
  return { hosts: Object.fromEntries(found.filter((one) => one !== undefined)) };
}

const describeProxy = ({ installation }: Place, { image, state, labels: own }: ContainerState) => ({
  image,
  state,
  entryPoints: (readLabels(installation, own)?.entryPoints ?? '').split(',').filter(Boolean),
});

async function ifItAnswers<T>(answer: Promise<T>): Promise<T | undefined> {
  const tooLate = new AbortController();
  const late = pause(DISPENSABLE_MS, undefined, { signal: tooLate.signal }).catch(() => undefined);
  try {
    return await Promise.race([answer.catch(() => undefined), late]);
  } finally {
    tooLate.abort();
  }
}

async function findContainers(engine: Engine, place: Place): Promise<ObservedContainer[]> {
  const found = await Promise.all(
    (['instance', 'accessory'] as const).map(async (role) => {
      const states = await engine.listContainers(labelsOf(place, role));
      return states.map((state) => describe(place, role, state));
    }),
  );
  return found.flat().sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The releases that have networks on this host. */
async function findReleases(engine: Engine, place: Place): Promise<string[]> {
  const networks = await engine.listNetworks(labelsOf(place, 'network'));
  const releases = networks.flatMap((network) => readLabels(place.installation, network.labels)?.release ?? []);
  return [...new Set(releases)].sort();
}

const labelsOf = ({ installation, app, environment }: Place, role: 'instance' | 'accessory' | 'network') =>
  labels(installation, { role, app, environment });

function describe(place: Place, role: 'instance' | 'accessory', state: ContainerState): ObservedContainer {
  const { service = '', release = '', spec = '', irreversible } = readLabels(place.installation, state.labels) ?? {};
  return {
    id: state.id.slice(0, 12),
    name: state.name,
    role: role === 'accessory' && state.name !== accessoryName(place, service) ? 'kept' : role,
    service,
    release,
    spec,
    image: state.image,
    state: state.state,
    health: state.health,
    restarts: state.restarts,
    ...(state.startedAt !== undefined && { startedAt: state.startedAt }),
    restart: state.restart,
    ...(irreversible && { irreversible: true as const }),
  };
}

/** As compose made it. */
export function describeComposed(state: ContainerState): ComposedContainer {
  return {
    id: state.id.slice(0, 12),
    name: state.name,
    service: state.labels[COMPOSE.service] ?? '',
    image: state.image,
    state: state.state,
    restart: state.restart,
    ports: Object.values(state.ports)
      .flat()
      .sort((a, b) => a.port - b.port || (a.ip < b.ip ? -1 : 1)),
    networks: Object.keys(state.networks).sort(),
  };
}
