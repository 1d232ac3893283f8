import { setTimeout as pause } from 'node:timers/promises';
import type { Target } from '../../src/manifest/kinds';
import { accessoryName, COMPOSE, labels, type Place, proxyName, readLabels } from '../../src/model/names';
import type { ComposedContainer, Observed, ObservedContainer, ObservedHost } from '../../src/model/observed';
import type { ContainerState, Engine } from '../drivers/docker/engine';
import { transient } from '../drivers/errors';
import { unlessStopped } from '../waiting';
import { currentWatch } from '../heartbeat';
import { naming } from '../naming';
import type { RolloutDeps } from './context';
import { listComposed } from './find-accessory';

/** How long a host may take to answer everything; and how long one that need not answer may. */
const ANSWERS_MS = 25_000;
const DISPENSABLE_MS = 5_000;

/**
 * What is found of an environment on its hosts, all of them at once. One that does not answer is not among what was found;
 * unless it is dispensable, `missed` is told why, and as a rule fails. Nobody is waited for once the activity is stopped.
 */
export async function observe(
  { connect, proxy }: Pick<RolloutDeps, 'connect' | 'proxy'>,
  place: Place,
  hosts: Target[],
  /** The environment's compose project. */
  project: string,
  dispensable: string[] = [],
  missed: (error: unknown) => void = fail,
): Promise<Observed> {
  const observeHost = (host: Target) => naming({ host: host.name }, () => look(host));
  const look = async (host: Target): Promise<[string, ObservedHost]> => {
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
    hosts.map(async (host) => {
      const mayBeGone = dispensable.includes(host.name);
      try {
        const found = await within(mayBeGone ? DISPENSABLE_MS : ANSWERS_MS, observeHost(host));
        if (found) return found;
        throw transient({ kind: 'timeout', host: host.name, message: silent(host.name) });
      } catch (error) {
        currentWatch().signal?.throwIfAborted();
        if (!mayBeGone) missed(error);
        return undefined;
      }
    }),
  );
  return { hosts: Object.fromEntries(found.filter((one) => one !== undefined)) };
}

const fail = (error: unknown) => {
  throw error;
};

const describeProxy = ({ installation }: Place, { image, state, error, labels: own }: ContainerState) => ({
  image,
  state,
  ...(error !== undefined && { error }),
  entryPoints: (readLabels(installation, own)?.entryPoints ?? '').split(',').filter(Boolean),
});

const silent = (host: string) =>
  `look at what runs: ${host} did not answer within ${ANSWERS_MS / 1_000} s. Check that it is up, and its engine: docker info`;

/** Undefined when it took too long. */
async function within<T>(ms: number, answer: Promise<T>): Promise<T | undefined> {
  const stop = new AbortController();
  const late = pause(ms, undefined, { signal: stop.signal }).catch(() => undefined);
  // One that is too late may fail, too.
  answer.catch(() => undefined);
  try {
    return await unlessStopped(Promise.race([answer, late]));
  } finally {
    stop.abort();
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
