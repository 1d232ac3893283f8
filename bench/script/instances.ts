import { setTimeout as sleep } from 'node:timers/promises';
import { traefik } from '../../activities/drivers/proxy/traefik';
import { instanceName, releaseNetwork } from '../../src/model/names';
import type { Stopwatch } from '../stopwatch';
import type { Tools } from './tools';

export const SERVICES = ['web', 'api', 'jobs'] as const;
type Service = (typeof SERVICES)[number];
export type Images = Record<Service, string>;

export interface Version {
  release: string;
  images: Images;
}

/** As `examples/shop/docker-compose.yml` says; web has no health command, and is asked for a page instead. */
const HEALTH = ['node', 'health.js'];
const NANOSECONDS = 1e9;

/** `docker create`, `docker start`, and asking until it is healthy, every 200 ms. */
export async function startInstance(tools: Tools, watch: Stopwatch, version: Version, service: Service): Promise<void> {
  const { docker, place, labels, token } = tools;
  const name = instanceName(place, version.release, service);
  const network = releaseNetwork(place, version.release, 'default');
  const container = await watch.time('create', () =>
    docker.createContainer({
      name,
      Image: version.images[service],
      Labels: labels,
      Env: [`API_TOKEN=${token}`, 'PAYMENTS=live', 'VERSION=1'],
      ...(service !== 'web' && { Healthcheck: { Test: ['CMD', ...HEALTH], Interval: 5 * NANOSECONDS } }),
      HostConfig: { Init: true, NetworkMode: network },
      NetworkingConfig: { EndpointsConfig: { [network]: { Aliases: [service] } } },
    }),
  );
  await watch.time('start', () => container.start());
  await watch.time(`until ${service} is healthy`, () => waitUntilHealthy(tools, name, service));
}

async function waitUntilHealthy({ engine, place }: Tools, name: string, service: Service): Promise<void> {
  const question = { to: { container: name, port: 8080 }, host: 'shop.localhost', path: '/' };
  const isHealthy = async () =>
    service === 'web'
      ? ((await traefik.ask(engine, place.installation, question, 5_000))?.status ?? 500) < 500
      : (await engine.exec(name, HEALTH)).exitCode === 0;
  for (const end = Date.now() + 60_000; !(await isHealthy());) {
    if (Date.now() > end) throw new Error(`${name} is not healthy after a minute:\n${await engine.logs(name, 4_096)}`);
    await sleep(200);
  }
}

/** The file of routes is written, renamed into place and read back. */
export async function switchTraffic({ engine, place }: Tools, { release }: Version): Promise<void> {
  const route = { service: 'web', host: 'shop.localhost', path: '/', port: 8080 };
  const instances = [instanceName(place, release, 'web')];
  await traefik.setRoutes(engine, place, { counter: Date.now(), release, routes: [{ ...route, instances }] });
}

export async function stopInstance({ docker, place }: Tools, { release }: Version, service: Service): Promise<void> {
  await docker
    .getContainer(instanceName(place, release, service))
    .stop()
    .catch(unlessStopped);
}

export async function removeInstance(
  tools: Tools,
  watch: Stopwatch,
  version: Version,
  service: Service,
): Promise<void> {
  const container = tools.docker.getContainer(instanceName(tools.place, version.release, service));
  await watch.time('stop', () => stopInstance(tools, version, service));
  await watch.time('remove', () => container.remove());
}

/** 304: it was stopped already. */
function unlessStopped(error: { statusCode?: number }): void {
  if (error.statusCode !== 304) throw error;
}
