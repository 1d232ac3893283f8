import type { ClaimedAddress } from '../../../../src/model/host/route-address';
import { wordsOfCause } from '../../../../src/model/failure';
import { type DockerHost, isRoutedOn, servicesOn } from '../../../../src/model/target';
import {
  type EnvironmentRef,
  environmentNetwork,
  labels,
  proxyName,
  recordRepository,
} from '../../../../src/model/names';
import type { ContainerState, Engine, EngineInfo } from '../../../drivers/docker/engine';
import { readAddress } from '../../../../src/model/host/proxy';
import { toPorts } from '../../../../src/compose/units';
import { describeTakenOn } from '../../../../src/plan/engines/addresses';
import { lackOfProxy } from '../../../../src/plan/engines/proxies';
import { freeSpace, isPortOpen } from '../../../drivers/ssh/ask-host';
import { hostPaths, lacksPath } from './host-paths';
import { loginFor } from '../../../secrets';
import type { Settings } from '../../../settings';
import type { HostCheck, HostFinding, HostQuestion } from '../../../../src/model/inspection';
import type { CheckSubject } from '../../driver';
import type { DockerDeps } from '../context';
import { listComposed } from '../containers/find-accessory';
import { findContainers, environmentsAmong } from '../observe';
import { lacksVolume } from '../../../../src/plan/engines/data/begins-empty';
import { DOCKER_WORDS } from '../../../../src/plan/targets/docker/own';
import { platformOf } from '../../../../src/plan/engines/platforms';
import { describeBesides } from '../../../../src/plan/engines/take-over/leftovers';
import { minor, mountsParts } from '../../../drivers/docker/info';
import type { Service } from '../../../../src/model/service';
import { lookForCompose } from './look-for-compose';
import { findProxy, otherAddresses } from '../../../engines/proxy/proxies';
import { proxyMade } from '../../../engines/proxy/proxy-settings';

/** The oldest engine with all needed features: Docker 19.03. */
const OLDEST_API = 40;
const LEAST_FREE = 2 * 1024 ** 3;
/** The clock skew beyond which certificates, logins and logs go wrong. */
const MOST_SKEW_MS = 30_000;

type HostSubject = CheckSubject<DockerHost>;

/** Checks everything a release needs from a host, and changes nothing. */
export async function checkHost({ settings, connect, proxy }: DockerDeps, subject: HostSubject): Promise<HostCheck> {
  const found: HostCheck['found'] = {};
  const look = async (question: HostQuestion, look: () => Promise<HostFinding>) => {
    found[question] = await look().catch((error: unknown): HostFinding => ({ ok: false, what: wordsOfCause(error) }));
  };
  const engine = await connect(subject.host);
  const place: EnvironmentRef = {
    installation: settings.installation,
    app: subject.app,
    environment: subject.environment.name,
  };
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
      look('engine', async () => checkVersion(known, servicesOn(subject.environment, subject.host.name))),
      look('clock', async () => checkClock(known, asked + roundTrip / 2, roundTrip)),
      look('disk', () => checkDisk(settings, subject.host, known)),
      look('registry', () => checkRegistry(engine, subject)),
      look('ports', () => checkPorts(settings, subject, engine, place)),
      look('paths', () => checkPaths(engine, subject)),
      look('volumes', () => checkVolumes(engine, subject)),
      look('proxy', async () => {
        const taken = await proxy.readTaken(engine, place);
        return checkProxy(settings, subject, engine, taken);
      }),
    ]);
  }
  const ok = Object.values(found).every((finding) => finding.ok);
  const composed = info
    ? await lookForCompose(engine, subject.environment, {
        listens: [settings.proxyHttp, ...otherAddresses(settings)],
        home: environmentNetwork(place),
      })
    : [];
  const besides = info ? await lookBesides(engine, place, subject) : [];
  return {
    environment: subject.environment.name,
    host: subject.host.name,
    ok,
    ...(info && { platform: platformOf(info) }),
    found,
    composed: [...composed, ...besides],
  };
}

async function lookBesides(engine: Engine, place: EnvironmentRef, { app, environment, environments }: HostSubject) {
  const all = await engine.listAll();
  const containers = await findContainers(engine, place, Promise.resolve(all));
  return describeBesides(DOCKER_WORDS, app, environment, environments ?? [], {
    containers,
    places: environments && environmentsAmong(place, all),
  });
}

const fine = (what: string): HostFinding => ({ ok: true, what });
const wrong = (what: string): HostFinding => ({ ok: false, what });

export function checkVersion(info: EngineInfo, services: Pick<Service, 'name' | 'container'>[]): HostFinding {
  const { version, apiVersion } = info;
  if (minor(apiVersion) < OLDEST_API) return wrong(`Docker ${version} is too old. Expected 19.03 or later`);
  const parted = services.find(({ container }) => container.mounts.some((mount) => 'subpath' in mount));
  if (!parted || mountsParts(info)) return fine(version);
  return wrong(
    `${parted.name} mounts a part of a volume (subpath), and Docker ${version} would mount all of it. Expected Docker 26 or later; ` +
      'or mount the whole volume, without subpath',
  );
}

export function checkClock({ time }: EngineInfo, now: number, roundTrip: number): HostFinding {
  const skew = new Date(time).getTime() - now;
  // The round trip is no skew.
  const off = Math.max(0, Math.abs(skew) - roundTrip);
  const seconds = (off / 1_000).toFixed(1);
  if (off <= MOST_SKEW_MS) return fine(off < 1_000 ? 'right' : `${seconds} s off`);
  return wrong(`is ${seconds} s ${skew > 0 ? 'ahead of' : 'behind'} the worker's. Set it by NTP`);
}

async function checkDisk({ ssh }: Settings, host: DockerHost, { dataRoot }: EngineInfo): Promise<HostFinding> {
  const bytes = await freeSpace(host, dataRoot, ssh);
  if (bytes === undefined) return fine('unknown');
  const free = `${(bytes / 1024 ** 3).toFixed(1)} GB free`;
  return bytes >= LEAST_FREE ? fine(free) : wrong(`${free} in ${dataRoot}. Free some space: docker system df`);
}

async function checkRegistry(engine: Engine, { app, registry }: HostSubject): Promise<HostFinding> {
  const login = await loginFor(registry);
  try {
    await engine.findImage(`${recordRepository(registry.address, app)}:check`, login);
  } catch (error) {
    const kind = (error as { details?: { kind?: string }[] }).details?.[0]?.kind;
    // It answered; a missing name is expected.
    if (kind !== 'no-such-image' && kind !== 'not-found') throw error;
  }
  return fine('reached');
}

async function checkPorts(
  settings: Settings,
  { environment, host }: HostSubject,
  engine: Engine,
  place: EnvironmentRef,
): Promise<HostFinding> {
  const { ssh, proxyHttp } = settings;
  const proxied = [proxyHttp, ...otherAddresses(settings)].map((at) => [readAddress(at).port]);
  const published = servicesOn(environment, host.name)
    .flatMap(({ container }) => container.ports)
    .filter(({ host: said, protocol, ip }) => said !== undefined && protocol === 'tcp' && isOnLoopback(ip))
    .map(({ host: said }) => toPorts(said!).ports);
  const wanted = [...(isRoutedOn(environment, host.name) ? proxied : []), ...published];
  const held = await portsHeld(engine, environment.project, place);
  const taken = await Promise.all(
    wanted.map(async (ports) => {
      for (const port of ports) if (held.has(port) || !(await isPortOpen(host, port, ssh))) return [];
      return [saysPorts(ports)];
    }),
  );
  const lacking = taken.flat();
  if (lacking.length > 0)
    return wrong(`another process listens on ${lacking.join(', ')}. Stop it, or publish another port`);
  return fine(wanted.length > 0 ? wanted.map(saysPorts).join(', ') : 'none needed');
}

async function portsHeld(engine: Engine, project: string, place: EnvironmentRef): Promise<Set<number>> {
  const { installation, app, environment } = place;
  const own = (['instance', 'accessory'] as const).map((role) => labels(installation, { role, app, environment }));
  const listed = await Promise.all([
    ...own.map((words) => engine.listContainers(words)),
    listComposed(engine, project),
  ]);
  const proxy = await engine.inspectContainer(proxyName(installation));
  const running = [...listed.flat(), ...(proxy ? [proxy] : [])].filter(({ state }) => state === 'running');
  return new Set(running.flatMap(portsOf));
}

const isOnLoopback = (ip?: string) => ip === undefined || ['', '0.0.0.0', '::', '127.0.0.1'].includes(ip);

/** Of a range the engine picks a free port. */
const saysPorts = (ports: number[]) => (ports.length === 1 ? String(ports[0]) : `one of ${ports[0]}-${ports.at(-1)}`);

const portsOf = ({ ports }: Pick<ContainerState, 'ports'>) =>
  Object.values(ports)
    .flat()
    .map(({ port }) => port);

/** The image that the host would start its proxy from: there, or to be had. */
async function lacksImage(engine: Engine, image: string): Promise<HostFinding | undefined> {
  if (await engine.imageId(image)) return undefined;
  try {
    await engine.findImage(image, undefined);
    return undefined;
  } catch (error) {
    return wrong(
      `its image ${image} is missing and cannot be pulled: ${wordsOfCause(error)}. Set another one: WINDLASS_PROXY_IMAGE`,
    );
  }
}

/** The host paths that services mount exist; otherwise the engine would create empty folders. */
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

/** External volumes must exist. */
async function checkVolumes(engine: Engine, { environment, host }: HostSubject): Promise<HostFinding> {
  const mounted = servicesOn(environment, host.name).flatMap(({ container }) =>
    container.mounts.flatMap((mount) => (mount.type === 'volume' ? mount.volume : [])),
  );
  const external = environment.volumes.flatMap(({ name, external: called }) =>
    called !== undefined && mounted.includes(name) ? called : [],
  );
  const found = await Promise.all(
    external.map(async (name) => ((await engine.inspectVolume(name)) ? [] : lacksVolume(name, host.name))),
  );
  const lacking = found.flat();
  if (lacking.length > 0) return wrong(lacking.join('; '));
  return fine(external.length > 0 ? 'there' : '');
}

async function checkProxy(
  settings: Settings,
  { environment, host }: HostSubject,
  engine: Engine,
  taken: ClaimedAddress[],
): Promise<HostFinding> {
  if (!isRoutedOn(environment, host.name)) return fine('none needed');
  const clash = describeTakenOn(environment, host.name, taken);
  if (clash) return wrong(clash);
  const { proxy, same } = await findProxy(settings, engine);
  const command = `windlass bootstrap ${environment.name} --host ${host.name}`;
  const lack = lackOfProxy(environment, host.name, { made: proxyMade(settings), had: proxy });
  if (lack) return wrong(lack);
  if (!proxy) return (await lacksImage(engine, settings.proxyImage)) ?? fine('starts with the first release');
  if (proxy.state !== 'running') return wrong(`is ${proxy.state}. Start it: ${command}`);
  return same ? fine('runs') : wrong(`runs with other settings than the worker's. Replace it: ${command}`);
}
