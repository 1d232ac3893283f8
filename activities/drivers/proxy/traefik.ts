import { setTimeout as pause } from 'node:timers/promises';
import { labels, proxyName, proxyNetwork, routesName, routesVolume } from '../../../src/model/names';
import { transient } from '../errors';
import type { ContainerMake, Engine, Watch } from '../docker/engine';
import { ask } from './ask';
import { API, proxyContainer, ROUTES_FOLDER } from './container';
import { drain } from './drain';
import type { Proxy, ProxySettings } from './proxy';
import { readRoutesFile } from './routes-file';
import { replaceProxy } from './replace';
import { setRoutes } from './set-routes';

/** Traefik in one container of each host, told by files on a volume: a restarted proxy serves what it served. */
export const traefik: Proxy = {
  ensure,
  replace: (engine, settings, watch) => replaceProxy(engine, settings, () => ensure(engine, settings, watch), watch),
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
  const found = await engine.inspectContainer(name);
  const isOther = found !== undefined && found.labels[specLabel] !== wanted.labels[specLabel];
  if (isOther && found.state === 'created') {
    // One that never started holds nothing, and may never start: its port is taken, say.
    await engine.removeContainer(name);
    await make(engine, settings, wanted, watch);
  } else if (isOther) {
    const settled = `${settings.image}, ${settings.http}`;
    watch.onProgress?.(`${name} was made with other settings than ${settled}, and is left as it is`);
  } else if (!found) await make(engine, settings, wanted, watch);
  if (found?.state !== 'running') await engine.startContainer(name);
  await waitUntilItAnswers(engine, name, watch.signal);
  return name;
}

async function make(engine: Engine, settings: ProxySettings, wanted: ContainerMake, watch: Watch): Promise<void> {
  const { installation, image } = settings;
  await engine.pullImage(image, undefined, watch);
  await engine.createNetwork({ name: proxyNetwork(installation), labels: labels(installation, { role: 'network' }) });
  await engine.createVolume({ name: routesVolume(installation), labels: labels(installation, { role: 'volume' }) });
  await engine.createContainer(wanted);
}

/** A proxy that has just started reads its routes first. */
async function waitUntilItAnswers(engine: Engine, name: string, signal?: AbortSignal): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const { exitCode } = await engine.exec(name, ['wget', '-q', '-O', '/dev/null', `${API}/overview`], { signal });
    if (exitCode === 0) return;
    await pause(100, undefined, { signal });
  }
  throw transient({
    operation: 'ensureProxy',
    host: engine.host,
    kind: 'no-proxy',
    message: `${name} runs, but its API did not answer within 10 s. Look at: docker logs ${name}`,
    lastLines: (await engine.logs(name, 4096)).trim().split('\n').slice(-10),
  });
}
