import { setTimeout as pause } from 'node:timers/promises';
import {
  labels,
  type EnvironmentRef,
  proxyName,
  proxyNetwork,
  routesName,
  routesVolume,
} from '../../../src/model/names';
import { transient } from '../errors';
import type { ContainerMake, ContainerState, Engine, Watch } from '../docker/engine';
import { ask } from './ask/ask';
import { speaksHttp2, takesTcp } from './ask/ask-protocol';
import { proxyContainer, ROUTES_FOLDER, settingsFor } from './lifecycle/container';
import { dialectOf } from './dialects';
import { drain, drainFrom } from './lifecycle/drain';
import type { Proxy, ProxySettings } from './proxy';
import { findRunning, readRoutes, readServed, readTaken } from './read-proxy';
import { replaceProxy } from './lifecycle/replace';
import { createHome, joining, startProxy } from './lifecycle/networks';
import { setRoutes } from './routes/set-routes';
import { shellOf } from './shell';

/** A proxy in one container of each host, told by files on a volume: one that is restarted serves what it served. */
export const hostProxy: Proxy = {
  ensure,
  revive,
  replace: (engine, settings, watch) => replaceProxy(engine, settings, () => ensure(engine, settings, watch), watch),
  close,
  leave,
  setRoutes,
  readRoutes,
  readTaken,
  readServed,
  drain,
  drainFrom,
  speaksHttp2,
  takesTcp,
  ask,
};

async function ensure(engine: Engine, given: ProxySettings, watch: Watch = {}): Promise<string> {
  const name = proxyName(given.installation);
  const specLabel = `${given.installation}.spec`;
  const found = await findProxy(engine, name);
  const settings = settingsFor(found, given);
  const wanted = proxyContainer(settings);
  const isClosed = found?.labels[specLabel] === proxyContainer({ ...settings, closed: true }).labels[specLabel];
  if (isClosed && !settings.closed) {
    await remake(engine, found!, wanted);
    return await ensure(engine, given, watch);
  }
  const isOther = found !== undefined && found.labels[specLabel] !== proxyContainer(given).labels[specLabel];
  if (isOther && found.state === 'created') {
    // A container that never started has no state and may never start, because its port is taken: recreate it.
    await engine.removeContainer(name);
    await make(engine, settings, wanted, watch);
  } else if (isOther) {
    const settled = `${given.image}, ${given.http}`;
    watch.onProgress?.(`${name} has other settings than ${settled}, and keeps them`);
  } else if (!found) await make(engine, settings, wanted, watch);
  if (found && isSettled(found)) return name;
  if (found?.state !== 'running') await startProxy(engine, settings.installation);
  await waitUntilItAnswers(engine, settings.installation, watch.signal);
  return name;
}

/**
 * How soon it must answer. A longer-running one is not asked, because that is slow and setting routes reads
 * them back anyway.
 */
const ANSWERS_WITHIN_MS = 10_000;
const isSettled = ({ state, startedAt }: ContainerState) =>
  state === 'running' && startedAt !== undefined && Date.now() - Date.parse(startedAt) > ANSWERS_WITHIN_MS;

async function revive(engine: Engine, installation: string, { signal }: Watch = {}): Promise<void> {
  const name = proxyName(installation);
  const found = await engine.inspectContainer(name);
  if (found?.state !== 'exited' || !found.error) return;
  await startProxy(engine, installation);
  await waitUntilItAnswers(engine, installation, signal);
}

async function close(engine: Engine, place: EnvironmentRef, given: ProxySettings, watch?: Watch): Promise<void> {
  const found = await findProxy(engine, proxyName(given.installation));
  const settings = settingsFor(found, given);
  const wanted = proxyContainer({ ...settings, closed: true });
  const specLabel = `${settings.installation}.spec`;
  if (!found || found.labels[specLabel] === wanted.labels[specLabel]) return;
  if (found.state === 'running' && (await servesOthers(engine, found, place))) return;
  await remake(engine, found, wanted);
  await ensure(engine, { ...settings, closed: true }, watch);
}

/** Its volume stays, because its counters are the fencing tokens of later rollouts. */
async function leave(engine: Engine, place: EnvironmentRef, { installation }: ProxySettings): Promise<void> {
  const name = proxyName(installation);
  const found = await engine.inspectContainer(name);
  if (!found) return;
  const foreign = Object.keys(found.networks).filter((network) => network !== proxyNetwork(installation));
  if (foreign.length > 0 || (found.state === 'running' && (await servesOthers(engine, found, place)))) return;
  await engine.removeContainer(name);
  await engine.removeNetwork(proxyNetwork(installation));
}

async function servesOthers(engine: Engine, proxy: ContainerState, place: EnvironmentRef): Promise<boolean> {
  const end = `.${dialectOf(place.installation, proxy).extension}`;
  const { stdout } = await engine.exec(proxy.name, ['ls', `${ROUTES_FOLDER}/live`]);
  return stdout.split('\n').some((file) => file.endsWith(end) && file !== `${routesName(place)}${end}`);
}

/**
 * Published ports are fixed at creation, so the proxy is recreated. Its routes are on a volume; the new one joins
 * the former one's networks before that one goes, so a killed worker leaves one or the other: see `findProxy`.
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

async function waitUntilItAnswers(engine: Engine, installation: string, signal?: AbortSignal): Promise<void> {
  const name = proxyName(installation);
  for (const end = Date.now() + ANSWERS_WITHIN_MS; Date.now() < end; await pause(100, undefined, { signal })) {
    const running = await findRunning(engine, installation);
    if (!running) continue;
    const script = `${shellOf(running.dialect)}is_alive`;
    if ((await engine.exec(name, ['sh', '-c', script], { signal })).exitCode === 0) return;
  }
  throw transient({
    operation: 'ensureProxy',
    host: engine.host,
    kind: 'no-proxy',
    message: `${name} runs, but its API did not answer within ${ANSWERS_WITHIN_MS / 1_000} s. Check: docker logs ${name}`,
    lastLines: (await engine.logs(name, 4096)).trim().split('\n').slice(-10),
  });
}
