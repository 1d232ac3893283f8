import { type EnvironmentRef, proxyName, routesName } from '../../../src/model/names';
import type { ClaimedAddress } from '../../../src/model/host/route-address';
import type { Engine } from '../docker/engine';
import { transient } from '../errors';
import { ADDRESSES_OF_OTHERS, readAddresses } from './addresses';
import { ROUTES_FOLDER } from './lifecycle/container';
import type { Dialect } from './dialect';
import { dialectOf } from './dialects';
import type { Proxy } from './proxy';
import { readRouteFile } from './routes/route-file';
import type { ServedRoute } from './routes/served-route';
import { shellOf } from './shell';

/** The proxy that runs, and how it is spoken to; undefined when none runs. */
export async function findRunning(
  engine: Engine,
  installation: string,
): Promise<{ name: string; dialect: Dialect } | undefined> {
  const name = proxyName(installation);
  const found = await engine.inspectContainer(name);
  return found?.state === 'running' ? { name, dialect: dialectOf(installation, found) } : undefined;
}

export async function readRoutes(engine: Engine, place: EnvironmentRef): ReturnType<Proxy['readRoutes']> {
  const running = await findRunning(engine, place.installation);
  if (!running) return undefined;
  // A missing file prints nothing: removed routes leave their counter.
  const script = 'cd "$1" && head -n 2 "live/$2.$3"; cat "counters/$2"';
  const args = [ROUTES_FOLDER, routesName(place), running.dialect.extension];
  const { stdout } = await engine.exec(running.name, ['sh', '-c', script, 'read', ...args]);
  const counter = Number(/^\d+$/m.exec(stdout)?.[0] ?? 0);
  return counter === 0 ? undefined : { counter, release: readRouteFile(stdout)?.release };
}

export async function readTaken(engine: Engine, place: EnvironmentRef): Promise<ClaimedAddress[]> {
  const running = await findRunning(engine, place.installation);
  if (!running) return [];
  const script = `${shellOf(running.dialect)}${ADDRESSES_OF_OTHERS}\ncd ${ROUTES_FOLDER} && addresses_of_others`;
  const { stdout } = await engine.exec(running.name, ['sh', '-c', script], { env: { NAME: routesName(place) } });
  return readAddresses(stdout);
}

export async function readServed(engine: Engine, installation: string): Promise<ServedRoute[] | undefined> {
  const running = await findRunning(engine, installation);
  if (!running) return undefined;
  const { name, dialect } = running;
  const script = `${shellOf(dialect)}cd ${ROUTES_FOLDER} && served`;
  const { exitCode, stdout } = await engine.exec(name, ['sh', '-c', script]);
  if (exitCode === 0) return dialect.readServed(stdout);
  throw transient({
    host: engine.host,
    kind: 'no-proxy',
    message: `the API of ${name} does not answer. Check: docker logs ${name}`,
  });
}
