import type { EnvironmentRecord } from '../manifest/record';
import { hostsOf, instancesOn, isRoutedOn, servicesOn } from '../model/host';
import type { Part, Step } from '../model/plan';
import type { Service } from '../model/service';
import { orderServices } from './order';
import { observedOn, type PlanningInput } from './planning';
import { recordedServices, replicaOf, stopOld } from './stopOld';

/** The parts that plans are made of. A strategy puts them together. */

const isReleased = (service: Service) => service.kind === 'released';
export const isBackground = (service: Service) => service.kind === 'background';

const hostNames = (after: EnvironmentRecord) => after.hosts.map((host) => host.name);
/** The hosts that something of the environment runs on. */
const usedHosts = (after: EnvironmentRecord) => hostNames(after).filter((host) => servicesOn(after, host).length > 0);
/** Batches without steps are no batches. */
export const filled = (batches: Step[][]) => batches.filter((batch) => batch.length > 0);

/** Everything is there that starting needs: the proxy, the images, the networks. Pulling is a cache and has no undo. */
export function fetchAndConnect(input: PlanningInput, after: EnvironmentRecord, release: string): Step[][] {
  const hosts = usedHosts(after);
  const proxies = hosts
    .filter((host) => isRoutedOn(after, host))
    .map((host): Step => ({ operation: { name: 'ensureProxy', host } }));
  const pulls = hosts.flatMap((host) =>
    servicesOn(after, host).map(({ name }): Step => ({
      operation: { name: 'pullImage', host, service: name, release },
    })),
  );
  const networks = hosts.map((host): Step => {
    const stays = input.current?.release === release || observedOn(input.observed, host).networks.includes(release);
    return {
      operation: { name: 'createNetworks', host, release },
      ...(stays ? {} : { undo: { name: 'removeNetworks', host, release } as const }),
    };
  });
  return [[...proxies, ...pulls], networks];
}

/** `before` commands, in the order of their services and of the manifest, one at a time, each on one host of its service. */
export function runBefore(input: PlanningInput, after: EnvironmentRecord, release: string): Step[][] {
  if (input.kind !== 'release') return [];
  return orderServices(after.services)
    .flat()
    .flatMap((service) => {
      const [host] = hostsOf(after, service);
      if (!host) return [];
      return service.before.map(({ undo, irreversible }, index): Step[] => {
        const command = { host, service: service.name, release, index };
        return [
          {
            operation: { name: 'runOneOff', ...command },
            ...(undo ? { undo: { name: 'runOneOff', ...command, undo: true } as const } : {}),
            ...(irreversible ? { irreversible } : {}),
          },
        ];
      });
    });
}

/** New instances beside the old ones, layer after layer, each healthy before the next. */
export const startReleased = (input: PlanningInput, after: EnvironmentRecord, release: string) =>
  startServices(input, after, release, after.services.filter(isReleased));

export const startBackground = (input: PlanningInput, after: EnvironmentRecord, release: string) =>
  startServices(input, after, release, after.services.filter(isBackground));

function startServices(input: PlanningInput, after: EnvironmentRecord, release: string, services: Service[]): Step[][] {
  return orderServices(services).map((layer) =>
    hostNames(after).flatMap((host) =>
      instancesOn(after, host)
        .filter(({ service }) => layer.includes(service))
        .map(({ service, replica }) => startInstance(input, host, release, service.name, replica)),
    ),
  );
}

/** What ran before, or is the recorded release, is not taken away by an undo. */
function startInstance(input: PlanningInput, host: string, release: string, service: string, replica: number): Step {
  const instance = { host, service, release, replica };
  const stays = isRunning(input, host, service, release) || input.current?.release === release;
  return {
    operation: { name: 'startInstance', ...instance },
    ...(stays ? {} : { undo: { name: 'removeInstance', ...instance } }),
  };
}

/** Background instances of every other release stop, for two of them must not work on one queue. */
export function stopBackground(input: PlanningInput, release: string | undefined): Step[][] {
  const wanted = input.wanted?.environments.find((one) => one.name === input.environment)?.services ?? [];
  const names = [...recordedServices(input), ...wanted].filter(isBackground).map(({ name }) => name);
  return stopOld(input, release, ({ service }) => names.includes(service));
}

const isRunning = (input: PlanningInput, host: string, service: string, release: string) =>
  observedOn(input.observed, host).containers.some(
    (c) => c.role === 'instance' && c.service === service && c.release === release && c.state === 'running',
  );

/**
 * Traffic of these hosts goes to the release's instances there, or nowhere on a host that has none; the undo sends it to
 * where it was.
 */
export function switchRoutes(input: PlanningInput, release: string | undefined, hosts: string[]): Step[] {
  const { wanted, environment, observed } = input;
  const after = release === undefined ? undefined : wanted?.environments.find((one) => one.name === environment);
  return hosts.flatMap((host): Step[] => {
    const to = after && isRoutedOn(after, host) ? release : undefined;
    if (to === undefined && !observedOn(observed, host).routes?.release) return [];
    const before = routedBefore(input, host);
    return [
      {
        operation: { name: 'switchRoutes', host, release: to },
        ...(before === to ? {} : { undo: { name: 'switchRoutes', host, release: before } as const }),
      },
    ];
  });
}

/** Hosts that are the environment's no longer: nothing will run there, so nothing is sent there. */
export function leaveHosts(input: PlanningInput, after: EnvironmentRecord): Step[] {
  const stay = hostNames(after);
  const left = Object.keys(input.observed.hosts).filter((host) => !stay.includes(host));
  return switchRoutes(input, undefined, left.sort());
}

/** The recorded release on a host that has it; on any other, as on one that was excluded, whatever is observed. */
function routedBefore(input: PlanningInput, host: string): string | undefined {
  const { current, environment, observed, excluded = [] } = input;
  const recorded = current?.environments.find((one) => one.name === environment);
  const isRecorded = recorded?.hosts.some(({ name }) => name === host) && !excluded.includes(host);
  if (!recorded || !isRecorded) return observedOn(observed, host).routes?.release;
  return isRoutedOn(recorded, host) ? current?.release : undefined;
}

/** As `switchRoutes`, on every host of the environment; other hosts are left. */
export function switchAll(input: PlanningInput, after: EnvironmentRecord, release: string): Step[] {
  return [...switchRoutes(input, release, hostNames(after)), ...leaveHosts(input, after)];
}

/** A soak before all traffic is on the release: where, for how long, and what is there by then. */
interface SoakOnTheWay {
  hosts?: string[];
  forMs?: number;
  partOn?: (host: string) => Part;
}

/** Instances are watched and verifications run at the same time; the first that fails ends the soak. */
export function soak(
  after: EnvironmentRecord,
  release: string,
  { hosts: among = hostNames(after), forMs = after.soakMs, partOn }: SoakOnTheWay = {},
): Step[] {
  const partOf = (host: string) => (partOn ? { part: partOn(host) } : {});
  const hasInstances = (host: string) =>
    servicesOn(after, host).some(({ kind }) => !['accessory', 'one-off'].includes(kind));
  const watched = forMs > 0 ? among.filter(hasInstances) : [];
  const verified = after.verifications.flatMap((verification, index) => {
    const service = after.services.find(({ name }) => name === verification.service);
    const hosts = service ? hostsOf(after, service).filter((host) => among.includes(host)) : [];
    const on = verification.kind === 'http' ? hosts : hosts.slice(0, 1);
    const { title } = verification;
    return on.map((host): Step => ({ operation: { name: 'verify', host, release, index, title, ...partOf(host) } }));
  });
  return [
    ...watched.map((host): Step => ({ operation: { name: 'watchInstances', host, release, forMs, ...partOf(host) } })),
    ...verified,
  ];
}

/**
 * Whatever is not of the release goes: instances, then their networks and the images that nothing may go back to. An image that
 * only a one-off command still holds, which goes with its network at the same time, is left to the next release.
 */
export function retire(input: PlanningInput, release: string | undefined): Step[][] {
  const images = Object.keys(input.observed.hosts)
    .sort((a, b) => a.localeCompare(b))
    .map((host): Step => ({ operation: { name: 'pruneImages', host, keep: input.keepImages } }));
  return filled([removeInstances(input, release), [...removeNetworks(input, release), ...images]]);
}

/** Instances of every other release. */
export const removeInstances = (input: PlanningInput, release: string | undefined): Step[] =>
  onHosts(input).flatMap(([host, { containers }]) =>
    containers
      .filter((c) => c.role === 'instance' && c.release !== release)
      .sort((a, b) => a.name.localeCompare(b.name))
      .map((c): Step => ({
        operation: {
          name: 'removeInstance',
          host,
          service: c.service,
          release: c.release,
          replica: replicaOf(c.name, c.service),
        },
      })),
  );

/** Networks of every other release. */
export const removeNetworks = (input: PlanningInput, release: string | undefined): Step[] =>
  onHosts(input).flatMap(([host, { networks }]) =>
    networks
      .filter((other) => other !== release)
      .sort()
      .map((other): Step => ({ operation: { name: 'removeNetworks', host, release: other } })),
  );

const onHosts = ({ observed }: PlanningInput) => Object.entries(observed.hosts).sort(([a], [b]) => a.localeCompare(b));
