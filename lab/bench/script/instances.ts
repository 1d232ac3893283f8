import { setTimeout as sleep } from 'node:timers/promises';
import { hostProxy } from '../../../activities/drivers/proxy/host-proxy';
import { instanceName, releaseNetwork } from '../../../src/model/names';
import type { Stopwatch } from '../figures/stopwatch';
import type { ScriptApplication, ScriptService, Version } from './application';
import type { Tools } from './tools';

type Route = ScriptApplication['route'];

const NANOSECONDS = 1e9;

/** `docker create` and `docker start`. */
export async function startInstance(
  { docker, place, labels }: Tools,
  watch: Stopwatch,
  version: Version,
  { name: service, env, health }: ScriptService,
): Promise<void> {
  const network = releaseNetwork(place, version.release, 'default');
  const container = await watch.time('create', () =>
    docker.createContainer({
      name: instanceName(place, version.release, service),
      Image: version.images[service],
      Labels: labels,
      Env: env,
      ...(health && { Healthcheck: { Test: ['CMD', ...health], Interval: 5 * NANOSECONDS } }),
      HostConfig: { Init: true, NetworkMode: network },
      NetworkingConfig: { EndpointsConfig: { [network]: { Aliases: [service] } } },
    }),
  );
  await watch.time('start', () => container.start());
}

/** Asks every 200 ms; false when the time is over. */
export async function becomesHealthy(
  { engine, place }: Tools,
  { release }: Version,
  { name: service, health }: ScriptService,
  route: Route,
  withinMs = 60_000,
): Promise<boolean> {
  const name = instanceName(place, release, service);
  const question = { to: { container: name, port: route.port }, host: route.host, path: '/' };
  const isHealthy = async () =>
    health
      ? (await engine.exec(name, health)).exitCode === 0
      : ((await hostProxy.ask(engine, place.installation, question, 5_000))?.status ?? 500) < 500;
  for (const end = Date.now() + withinMs; !(await isHealthy());) {
    if (Date.now() > end) return false;
    await sleep(200);
  }
  return true;
}

/** The file of routes is written, renamed into place and read back; where many do so at once it may need another try. */
export async function switchTraffic({ engine, place }: Tools, { release }: Version, route: Route): Promise<void> {
  const instances = [instanceName(place, release, route.service)];
  const routes = [{ ...route, path: '/', instances }];
  const set = () => hostProxy.setRoutes(engine, place, { counter: Date.now(), release, routes });
  await set().catch(set).catch(set);
}

export async function stopInstance({ docker, place }: Tools, { release }: Version, service: string): Promise<void> {
  await docker
    .getContainer(instanceName(place, release, service))
    .stop()
    .catch(unlessStopped);
}

export async function removeInstance(tools: Tools, watch: Stopwatch, version: Version, service: string): Promise<void> {
  const container = tools.docker.getContainer(instanceName(tools.place, version.release, service));
  await watch.time('stop', () => stopInstance(tools, version, service));
  await watch.time('remove', () => container.remove());
}

/** 304: it was stopped already. */
function unlessStopped(error: { statusCode?: number }): void {
  if (error.statusCode !== 304) throw error;
}
