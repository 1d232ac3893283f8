import { setTimeout as pause } from 'node:timers/promises';
import { labels, type Place, proxyName, proxyNetwork, routesName, routesVolume } from '../../../src/model/names';
import { transient } from '../errors';
import type { ContainerMake, ContainerState, Engine, Watch } from '../docker/engine';
import { ask } from './ask';
import { API, proxyContainer, ROUTES_FOLDER } from './container';
import { drain } from './drain';
import type { Proxy, ProxySettings } from './proxy';
import { readRoutesFile } from './routes-file';
import { replaceProxy } from './replace';
import { createHome, joining, startProxy } from './networks';
import { setRoutes } from './set-routes';

/** Traefik in one container of each host, told by files on a volume: a restarted proxy serves what it served. */
export const traefik: Proxy = {
  ensure,
  revive,
  replace: (engine, settings, watch) => replaceProxy(engine, settings, () => ensure(engine, settings, watch), watch),
  close,
  leave,
  setRoutes,
  async readRoutes(engine, place) {
    const container = proxyName(place.installation);
    if ((await engine.inspectContainer(container))?.state !== 'running') return undefined;
    const name = routesName(place);
    // What is not there says nothing: routes that were removed leave their counter.
    const script = 'cd "$1" && head -n 2 "live/$2.yml"; cat "counters/$2"';
    const { stdout } = await engine.exec(container, ['sh', '-c', script, 'read', ROUTES_FOLDER, name]);
    const counter = Number(/^\d+$/m.exec(stdout)?.[0] ?? 0);
    return counter === 0 ? undefined : { counter, release: readRoutesFile(stdout)?.release };
  },
  drain,
  ask,
};

async function ensure(engine: Engine, settings: ProxySettings, watch: Watch = {}): Promise<string> {
  const wanted = proxyContainer(settings);
  const { name } = wanted;
  const specLabel = `${settings.installation}.spec`;
  const found = await findProxy(engine, name);
  const isClosed = found?.labels[specLabel] === proxyContainer({ ...settings, closed: true }).labels[specLabel];
  if (isClosed && !settings.closed) {
    await remake(engine, found!, wanted);
    return await ensure(engine, settings, watch);
  }
  const isOther = found !== undefined && found.labels[specLabel] !== wanted.labels[specLabel];
  if (isOther && found.state === 'created') {
    // One that never started holds nothing, and may never start: its port is taken, say.
    await engine.removeContainer(name);
    await make(engine, settings, wanted, watch);
  } else if (isOther) {
    const settled = `${settings.image}, ${settings.http}`;
    watch.onProgress?.(`${name} was made with other settings than ${settled}, and is left as it is`);
  } else if (!found) await make(engine, settings, wanted, watch);
  if (found && isSettled(found)) return name;
  if (found?.state !== 'running') await startProxy(engine, settings.installation);
  await waitUntilItAnswers(engine, name, watch.signal);
  return name;
}

/** Within so long it answers. One that runs for longer is not asked: that is slower than all else here, and whoever sets routes reads them back. */
const ANSWERS_WITHIN_MS = 10_000;
const isSettled = ({ state, startedAt }: ContainerState) =>
  state === 'running' && startedAt !== undefined && Date.now() - Date.parse(startedAt) > ANSWERS_WITHIN_MS;

/** The engine tells why it could not start a container again; one that a person stopped has no such reason. */
async function revive(engine: Engine, installation: string, { signal }: Watch = {}): Promise<void> {
  const name = proxyName(installation);
  const found = await engine.inspectContainer(name);
  if (found?.state !== 'exited' || !found.error) return;
  await startProxy(engine, installation);
  await waitUntilItAnswers(engine, name, signal);
}

/** Nothing when it is closed already, is not there, or has routes of another environment. */
async function close(engine: Engine, place: Place, settings: ProxySettings, watch?: Watch): Promise<void> {
  const wanted = proxyContainer({ ...settings, closed: true });
  const found = await findProxy(engine, wanted.name);
  const specLabel = `${settings.installation}.spec`;
  if (!found || found.labels[specLabel] === wanted.labels[specLabel]) return;
  if (found.state === 'running' && (await servesOthers(engine, wanted.name, place))) return;
  await remake(engine, found, wanted);
  await ensure(engine, { ...settings, closed: true }, watch);
}

/** Its volume stays: the counters on it tell a later rollout of this environment from an earlier one. */
async function leave(engine: Engine, place: Place, { installation }: ProxySettings): Promise<void> {
  const name = proxyName(installation);
  const found = await engine.inspectContainer(name);
  if (!found) return;
  const foreign = Object.keys(found.networks).filter((network) => network !== proxyNetwork(installation));
  if (foreign.length > 0 || (found.state === 'running' && (await servesOthers(engine, name, place)))) return;
  await engine.removeContainer(name);
  await engine.removeNetwork(proxyNetwork(installation));
}

async function servesOthers(engine: Engine, container: string, place: Place): Promise<boolean> {
  const { stdout } = await engine.exec(container, ['ls', `${ROUTES_FOLDER}/live`]);
  return stdout.split('\n').some((file) => file.endsWith('.yml') && file !== `${routesName(place)}.yml`);
}

/**
 * What a container publishes is settled when it is made. Its routes are on a volume; the networks that it has joined go with it, so the
 * next one is in them before it goes, and whoever is killed in between leaves one or the other: see `findProxy`.
 */
async function remake(engine: Engine, found: ContainerState, wanted: ContainerMake): Promise<void> {
  const next = nextName(wanted.name);
  await engine.removeContainer(next);
  await engine.createContainer({ ...(await joining(engine, wanted, found)), name: next });
  await engine.removeContainer(wanted.name);
  await engine.renameContainer(next, wanted.name);
}

const nextName = (name: string) => `${name}-next`;

async function findProxy(engine: Engine, name: string): Promise<ContainerState | undefined> {
  const found = await engine.inspectContainer(name);
  if (found || !(await engine.inspectContainer(nextName(name)))) return found;
  await engine.renameContainer(nextName(name), name);
  return engine.inspectContainer(name);
}

async function make(engine: Engine, settings: ProxySettings, wanted: ContainerMake, watch: Watch): Promise<void> {
  const { installation, image } = settings;
  await engine.pullImage(image, undefined, watch);
  await createHome(engine, installation);
  await engine.createVolume({ name: routesVolume(installation), labels: labels(installation, { role: 'volume' }) });
  await engine.createContainer(wanted);
}

/** A proxy that has just started reads its routes first. */
async function waitUntilItAnswers(engine: Engine, name: string, signal?: AbortSignal): Promise<void> {
  for (const end = Date.now() + ANSWERS_WITHIN_MS; Date.now() < end; await pause(100, undefined, { signal })) {
    const { exitCode } = await engine.exec(name, ['wget', '-q', '-O', '/dev/null', `${API}/overview`], { signal });
    if (exitCode === 0) return;
  }
  throw transient({
    operation: 'ensureProxy',
    host: engine.host,
    kind: 'no-proxy',
    message: `${name} runs, but its API did not answer within ${ANSWERS_WITHIN_MS / 1_000} s. Look at: docker logs ${name}`,
    lastLines: (await engine.logs(name, 4096)).trim().split('\n').slice(-10),
  });
}
