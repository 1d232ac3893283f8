import type { EnvironmentRecord } from '../manifest/record';
import type { Step } from '../model/plan';
import type { Service } from '../model/service';
import { orderServices } from './order';
import { observedOn, type PlanningInput } from './planning';

/** The parts that plans are made of. A strategy puts them together. */

const isReleased = (service: Service) => service.kind === 'released';
export const isBackground = (service: Service) => service.kind === 'background';

const replicas = (service: Service) => Array.from({ length: service.replicas }, (_, index) => index + 1);
export const hostNames = (after: EnvironmentRecord) => after.hosts.map((host) => host.name);
/** Batches without steps are no batches. */
export const filled = (batches: Step[][]) => batches.filter((batch) => batch.length > 0);

/** Everything is there that starting needs: the proxy, the images, the networks. Pulling is a cache and has no undo. */
export function fetchAndConnect(input: PlanningInput, after: EnvironmentRecord, release: string): Step[][] {
  const hosts = hostNames(after);
  const proxies =
    after.routes.length > 0 ? hosts.map((host): Step => ({ operation: { name: 'ensureProxy', host } })) : [];
  const pulls = hosts.flatMap((host) =>
    after.services.map(({ name }): Step => ({ operation: { name: 'pullImage', host, service: name, release } })),
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

/** `before` commands, in the order of their services and of the manifest, one at a time, on one host. */
export function runBefore(input: PlanningInput, after: EnvironmentRecord, release: string): Step[][] {
  const [host] = hostNames(after);
  if (input.kind !== 'release' || !host) return [];
  return orderServices(after.services)
    .flat()
    .flatMap(({ name: service, before }) =>
      before.map(({ undo, irreversible }, index): Step[] => [
        {
          operation: { name: 'runOneOff', host, service, release, index },
          ...(undo ? { undo: { name: 'runOneOff', host, service, release, index, undo: true } as const } : {}),
          ...(irreversible ? { irreversible } : {}),
        },
      ]),
    );
}

/** New instances beside the old ones, layer after layer, each healthy before the next. */
export const startReleased = (input: PlanningInput, after: EnvironmentRecord, release: string) =>
  startServices(input, after, release, after.services.filter(isReleased));

export const startBackground = (input: PlanningInput, after: EnvironmentRecord, release: string) =>
  startServices(input, after, release, after.services.filter(isBackground));

function startServices(input: PlanningInput, after: EnvironmentRecord, release: string, services: Service[]): Step[][] {
  return orderServices(services).map((layer) =>
    hostNames(after).flatMap((host) =>
      layer.flatMap((service) =>
        replicas(service).map((replica) => startInstance(input, host, release, service.name, replica)),
      ),
    ),
  );
}

/** What ran before, or is the recorded release, is not taken away by an undo. */
function startInstance(input: PlanningInput, host: string, release: string, service: string, replica: number): Step {
  const instance = { host, service, release, replica };
  const ran = observedOn(input.observed, host).containers.some(
    (c) => c.role === 'instance' && c.service === service && c.release === release && c.state === 'running',
  );
  const stays = ran || input.current?.release === release;
  return {
    operation: { name: 'startInstance', ...instance },
    ...(stays ? {} : { undo: { name: 'removeInstance', ...instance } }),
  };
}

/** Background instances of every other release stop, for two of them must not work on one queue. */
export function stopBackground(input: PlanningInput, release: string | undefined): Step[] {
  const { current, environment, observed } = input;
  const old = current?.environments.find((one) => one.name === environment)?.services.filter(isBackground) ?? [];
  if (!current || current.release === release) return [];
  return Object.keys(observed.hosts)
    .sort()
    .flatMap((host) =>
      old
        .filter(({ name }) =>
          observedOn(observed, host).containers.some(
            (c) => c.service === name && c.release === current.release && c.state === 'running',
          ),
        )
        .flatMap((service) =>
          replicas(service).map((replica): Step => {
            const instance = { host, service: service.name, release: current.release, replica };
            return { operation: { name: 'stopInstance', ...instance }, undo: { name: 'startInstance', ...instance } };
          }),
        ),
    );
}

/** Traffic of every host goes to the release; the undo sends it to where it was. */
export function switchRoutes(input: PlanningInput, release: string | undefined, hosts: string[]): Step[] {
  return hosts
    .filter((host) => release !== undefined || observedOn(input.observed, host).routes?.release)
    .map((host) => {
      const before = routedBefore(input, host);
      return {
        operation: { name: 'switchRoutes', host, release },
        ...(before === release ? {} : { undo: { name: 'switchRoutes', host, release: before } as const }),
      };
    });
}

/** Hosts that are the environment's no longer: nothing will run there, so nothing is sent there. */
export function leaveHosts(input: PlanningInput, after: EnvironmentRecord): Step[] {
  const stay = hostNames(after);
  const left = Object.keys(input.observed.hosts).filter((host) => !stay.includes(host));
  return switchRoutes(input, undefined, left.sort());
}

/** The recorded release on a host that it knows; on any other, whatever is observed. */
function routedBefore({ current, environment, observed }: PlanningInput, host: string): string | undefined {
  const recorded = current?.environments.find((one) => one.name === environment);
  const isRecorded = recorded?.hosts.some(({ name }) => name === host);
  return isRecorded ? current?.release : observedOn(observed, host).routes?.release;
}

/** Instances are watched and verifications run at the same time; the first that fails ends the soak. */
export function soak(after: EnvironmentRecord, release: string): Step[] {
  const hosts = hostNames(after);
  const watched = after.soakMs > 0 ? hosts : [];
  const verified = after.verifications.flatMap((verification, index) => {
    const on = verification.kind === 'http' ? hosts : hosts.slice(0, 1);
    return on.map((host): Step => ({ operation: { name: 'verify', host, release, index, title: verification.title } }));
  });
  return [
    ...watched.map((host): Step => ({ operation: { name: 'watchInstances', host, release, forMs: after.soakMs } })),
    ...verified,
  ];
}

/** Whatever is not of the release goes: instances, then their networks, then images that nothing may go back to. */
export function retire(input: PlanningInput, release: string | undefined): Step[][] {
  const hosts = Object.entries(input.observed.hosts).sort(([a], [b]) => a.localeCompare(b));
  const instances = hosts.flatMap(([host, { containers }]) =>
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
  const networks = hosts.flatMap(([host, { networks }]) =>
    networks
      .filter((other) => other !== release)
      .sort()
      .map((other): Step => ({ operation: { name: 'removeNetworks', host, release: other } })),
  );
  const images = hosts.map(([host]): Step => ({ operation: { name: 'pruneImages', host, keep: input.keepImages } }));
  return filled([instances, networks, images]);
}

/** The number at the end of an instance's name; the first replica has none (see `instanceName`). */
function replicaOf(name: string, service: string): number {
  const number = /-(\d+)$/.exec(name)?.[1];
  return number && name.endsWith(`-${service}-${number}`) ? Number(number) : 1;
}
