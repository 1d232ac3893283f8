import type { EnvironmentRecord } from '../../../src/manifest/record/record';
import { asFound, storesOf } from '../../../src/model/container/data';
import { accessoryName, COMPOSE, labels, type EnvironmentRef, proxyName, readLabels } from '../../../src/model/names';
import type {
  ComposeContainer,
  ObservedContainer,
  ObservedHost,
  OtherEnvironment,
  Writes,
} from '../../../src/model/observed';
import { isLiteralSecret, looksSecret } from '../../../src/model/container/secret';
import { type DockerHost, servicesOn } from '../../../src/model/target';
import type { ContainerState, Engine, WritingContainer } from '../../drivers/docker/engine';
import { describeProxy } from '../../engines/proxy/proxies';
import { listComposed } from './containers/find-accessory';
import { findVolumes, volumesOf } from './containers/volumes';
import { writersAmong } from './containers/writers';
import type { DockerDeps } from './context';

/** Observes an environment on a host. */
export async function observeHost(
  { connect, proxy }: DockerDeps,
  host: DockerHost,
  place: EnvironmentRef,
  project: string,
  models: EnvironmentRecord[],
): Promise<ObservedHost> {
  const engine = await connect(host);
  const listed = engine.listAll();
  const [containers, networks, routes, taken, proxyState, composed, data] = await Promise.all([
    findContainers(engine, place, listed),
    findReleases(engine, place),
    proxy.readRoutes(engine, place),
    proxy.readTaken(engine, place),
    engine.inspectContainer(proxyName(place.installation)),
    listComposed(engine, project),
    lookAtData(engine, place, host, models, listed),
  ]);
  const writing = await listed;
  const places = environmentsAmong(place, writing);
  return {
    containers,
    networks,
    ...(routes && { routes }),
    ...(taken.length > 0 && { taken }),
    ...(composed.length > 0 && { composed: composed.map((one) => describeComposed(one, writing)) }),
    ...(proxyState && { proxy: describeProxy(place, proxyState) }),
    ...data,
    ...(places.length > 0 && { places }),
  };
}

/** The environment's instances and accessories on a host. */
export async function findContainers(
  engine: Engine,
  place: EnvironmentRef,
  listed: Promise<WritingContainer[]>,
): Promise<ObservedContainer[]> {
  const writing = await listed;
  const found = await Promise.all(
    (['instance', 'accessory'] as const).map(async (role) => {
      const states = await engine.listContainers(labelsOf(place, role));
      return states.map((state) => ({ ...describe(place, role, state), ...writesOf(state, writing) }));
    }),
  );
  return found.flat().sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The installation's other containers and data there. */
export function environmentsAmong(
  { installation, app, environment }: EnvironmentRef,
  all: WritingContainer[],
): OtherEnvironment[] {
  const places = new Map<string, OtherEnvironment>();
  for (const { labels: own, state, writes } of all) {
    const words = readLabels(installation, own);
    const isThis = words?.app === app && words.environment === environment;
    if (!words?.app || !words.environment || !words.service || isThis || (state !== 'running' && writes.length === 0))
      continue;
    const key = `${words.app} ${words.environment}`;
    const known = places.get(key) ?? { app: words.app, environment: words.environment, services: [] };
    places.set(key, { ...known, services: [...new Set([...known.services, words.service])].sort() });
  }
  return [...places.values()].sort((a, b) => (`${a.app} ${a.environment}` < `${b.app} ${b.environment}` ? -1 : 1));
}

function writesOf({ id }: ContainerState, writing: WritingContainer[]): { writes?: Writes[] } {
  const writes = writing.find((one) => one.id === id)?.writes ?? [];
  return writes.length > 0 ? { writes } : {};
}

async function lookAtData(
  engine: Engine,
  place: EnvironmentRef,
  host: DockerHost,
  models: EnvironmentRecord[],
  listed: Promise<WritingContainer[]>,
): Promise<Pick<ObservedHost, 'writers' | 'volumes' | 'unseen'>> {
  if (models.length === 0) return {};
  const services = models.flatMap((model) => servicesOn(model, host.name).map((service) => ({ model, service })));
  const names = services.flatMap(({ model, service }) => volumesOf(model, service));
  const volumes = await findVolumes(engine, names);
  const stores = services.flatMap(({ model, service }) =>
    storesOf(asFound(model, volumes), service).map(({ store }) => store),
  );
  const { writers, unseen } = await writersAmong(engine, place, await listed, stores);
  return { writers, volumes, ...(unseen.length > 0 && { unseen }) };
}

async function findReleases(engine: Engine, place: EnvironmentRef): Promise<string[]> {
  const networks = await engine.listNetworks(labelsOf(place, 'network'));
  const releases = networks.flatMap((network) => readLabels(place.installation, network.labels)?.release ?? []);
  return [...new Set(releases)].sort();
}

const labelsOf = ({ installation, app, environment }: EnvironmentRef, role: 'instance' | 'accessory' | 'network') =>
  labels(installation, { role, app, environment });

function describe(place: EnvironmentRef, role: 'instance' | 'accessory', state: ContainerState): ObservedContainer {
  const {
    service = '',
    release = '',
    spec = '',
    irreversible,
    ledger,
  } = readLabels(place.installation, state.labels) ?? {};
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
    ...(ledger && { ledger }),
  };
}

/** In compose's format. */
export function describeComposed(state: ContainerState, writing: WritingContainer[] = []): ComposeContainer {
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
    ...writesOf(state, writing),
    variables: Object.fromEntries(
      Object.entries(state.environment ?? {}).filter(
        ([name, value]) => !looksSecret(name) && !isLiteralSecret(name, value),
      ),
    ),
  };
}
