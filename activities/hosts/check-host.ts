import type { EnvironmentRecord } from '../../src/manifest/record';
import { wordsOfCause } from '../../src/model/failure';
import { isRoutedOn, servicesOn, type Target } from '../../src/model/host';
import { accessoryName, environmentNetwork, proxyName, recordRepository, type Place } from '../../src/model/names';
import type { RegistryAccess } from '../../src/model/release';
import { connectEngine } from '../drivers/docker/connect';
import type { ContainerState, Engine, EngineInfo } from '../drivers/docker/engine';
import { entryPointsOf, readAddress } from '../drivers/proxy/container';
import { lackOfEntryPoint } from '../../src/plan/entryPoints';
import { freeSpace, isPortOpen } from '../drivers/ssh/ask-host';
import { hostPaths, lacksPath } from '../host-paths';
import { loginFor } from '../secrets';
import type { Settings } from '../settings';
import type { HostCheck, HostFinding, HostQuestion } from '../types';
import { listComposed } from '../rollout/find-accessory';
import { lookForCompose } from './look-for-compose';
import { findProxy } from './proxies';

/** The oldest engine that does all that is asked of it: Docker 19.03. */
const OLDEST_API = 40;
const LEAST_FREE = 2 * 1024 ** 3;
/** Certificates, logins and what people read in logs go wrong beyond it. */
const MOST_SKEW_MS = 30_000;

export interface HostSubject {
  app: string;
  environment: EnvironmentRecord;
  host: Target;
  registry: RegistryAccess;
}

/** Looks at everything that a release will need of a host, and changes nothing there. */
export async function checkHost(settings: Settings, subject: HostSubject): Promise<HostCheck> {
  const found: HostCheck['found'] = {};
  const look = async (question: HostQuestion, deed: () => Promise<HostFinding>) => {
    found[question] = await deed().catch((error: unknown): HostFinding => ({ ok: false, what: wordsOfCause(error) }));
  };
  const engine = connectEngine(subject.host, settings);
  const place: Place = { installation: settings.installation, app: subject.app, environment: subject.environment.name };
  let info: EngineInfo | undefined;
  const asked = Date.now();
  await look('reached', async () => {
    info = await engine.info();
    return fine(subject.host.address === 'local' ? 'here' : `${Date.now() - asked} ms`);
  });
  if (info) {
    const known = info;
    const roundTrip = Date.now() - asked;
    await Promise.all([
      look('engine', async () => checkVersion(known)),
      look('clock', async () => checkClock(known, asked + roundTrip / 2, roundTrip)),
      look('disk', () => checkDisk(settings, subject.host, known)),
      look('registry', () => checkRegistry(engine, subject)),
      look('ports', () => checkPorts(settings, subject, engine, place)),
      look('paths', () => checkPaths(engine, subject)),
      look('proxy', () => checkProxy(settings, subject, engine)),
    ]);
  }
  const ok = Object.values(found).every((finding) => finding.ok);
  const composed = info
    ? await lookForCompose(engine, subject.environment, {
        proxyHttp: settings.proxyHttp,
        home: environmentNetwork(place),
      })
    : [];
  return { environment: subject.environment.name, host: subject.host.name, ok, found, composed };
}

const fine = (what: string): HostFinding => ({ ok: true, what });
const wrong = (what: string): HostFinding => ({ ok: false, what });

export function checkVersion({ version, apiVersion }: EngineInfo): HostFinding {
  if (Number(apiVersion.split('.')[1]) >= OLDEST_API) return fine(version);
  return wrong(`Docker ${version} is too old. Expected 19.03 or later`);
}

export function checkClock({ time }: EngineInfo, now: number, roundTrip: number): HostFinding {
  const skew = new Date(time).getTime() - now;
  // What the way takes is no skew.
  const off = Math.max(0, Math.abs(skew) - roundTrip);
  const seconds = (off / 1_000).toFixed(1);
  if (off <= MOST_SKEW_MS) return fine(off < 1_000 ? 'right' : `${seconds} s off`);
  return wrong(`is ${seconds} s ${skew > 0 ? 'ahead of' : 'behind'} the worker's. Have it set by NTP`);
}

async function checkDisk({ ssh }: Settings, host: Target, { dataRoot }: EngineInfo): Promise<HostFinding> {
  const bytes = await freeSpace(host, dataRoot, ssh);
  if (bytes === undefined) return fine('not known');
  const free = `${(bytes / 1024 ** 3).toFixed(1)} GB free`;
  return bytes >= LEAST_FREE ? fine(free) : wrong(`${free} in ${dataRoot}. Free some: docker system df`);
}

/** The engine itself is made to ask, with the worker's login, which goes with the question and stays nowhere. */
async function checkRegistry(engine: Engine, { app, registry }: HostSubject): Promise<HostFinding> {
  const login = await loginFor(registry);
  try {
    await engine.resolveDigest(`${recordRepository(registry.address, app)}:check`, login);
  } catch (error) {
    const kind = (error as { details?: { kind?: string }[] }).details?.[0]?.kind;
    // It answered; that there is nothing of the name is as it should be.
    if (kind !== 'no-such-image' && kind !== 'not-found') throw error;
  }
  return fine('reached');
}

/** The ports that a release publishes are free, or held by what windlass runs there already. */
async function checkPorts(
  { ssh, proxyHttp, proxyHttps }: Settings,
  { environment, host }: HostSubject,
  engine: Engine,
  place: Place,
): Promise<HostFinding> {
  const here = servicesOn(environment, host.name);
  const wanted = [
    ...(isRoutedOn(environment, host.name)
      ? [proxyHttp, ...(proxyHttps === undefined ? [] : [proxyHttps])].map((listens) => ({
          port: readAddress(listens).port,
          holder: proxyName(place.installation),
        }))
      : []),
    ...here
      .filter(({ kind }) => kind === 'accessory')
      .flatMap(({ name, container }) =>
        container.ports.flatMap(({ host: port, protocol }) =>
          typeof port === 'number' && protocol === 'tcp' ? [{ port, holder: accessoryName(place, name) }] : [],
        ),
      ),
  ];
  // What compose publishes is taken over with its container.
  const composed = await listComposed(engine, environment.project);
  const passes = new Set(composed.flatMap(portsOf));
  const taken = await Promise.all(
    wanted.map(async ({ port, holder }) => {
      const held = await engine.inspectContainer(holder);
      const isHeld = held?.state === 'running' && portsOf(held).includes(port);
      if (passes.has(port) || isHeld) return [];
      return (await isPortOpen(host, port, ssh)) ? [port] : [];
    }),
  );
  const ports = taken.flat();
  if (ports.length > 0) return wrong(`something else listens on ${ports.join(', ')}. Stop it, or publish another port`);
  return fine(wanted.length > 0 ? wanted.map(({ port }) => port).join(', ') : 'none needed');
}

const portsOf = ({ ports }: Pick<ContainerState, 'ports'>) =>
  Object.values(ports)
    .flat()
    .map(({ port }) => port);

/** What services mount of the host is there: the engine would make an empty folder in its place. */
async function checkPaths(engine: Engine, { environment, host }: HostSubject): Promise<HostFinding> {
  const wanted = servicesOn(environment, host.name).flatMap(({ name, container }) =>
    hostPaths(container).map((path) => ({ name, path })),
  );
  const found = await Promise.all(
    wanted.map(async ({ name, path }) => ((await engine.hasPath(path)) ? [] : lacksPath(name, path))),
  );
  const lacking = found.flat();
  if (lacking.length > 0) return wrong(lacking.join('; '));
  return fine(wanted.length > 0 ? 'there' : '');
}

async function checkProxy(
  settings: Settings,
  { environment, host }: HostSubject,
  engine: Engine,
): Promise<HostFinding> {
  if (!isRoutedOn(environment, host.name)) return fine('none needed');
  const { state, same } = await findProxy(settings, engine);
  const command = `windlass bootstrap ${environment.name} --host ${host.name}`;
  const made = entryPointsOf({ https: settings.proxyHttps });
  const lack = lackOfEntryPoint(environment, host.name, { made, ...(state !== undefined && { had: made }) });
  if (lack) return wrong(lack);
  if (state === undefined) return fine('starts with the first release');
  if (state !== 'running') return wrong(`is ${state}. Start it: ${command}`);
  return same ? fine('runs') : wrong(`runs with other settings than the worker's. Replace it: ${command}`);
}
