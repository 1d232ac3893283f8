import { findEnvironment } from '../../model/environment/find';
import type { EnvironmentRecord } from '../../manifest/record/record';
import { isRoutedOn, replicasOn, servicesOn, targetsOf } from '../../model/target';
import type { Step } from '../../model/plan';
import type { Service } from '../../model/service';
import { byText } from '../../model/text/text-order';
import { filled } from '../batches';
import { orderServices } from '../order';
import type { PlanningInput } from '../planning';
import type { EngineInput } from './own';
import { recordedServices, stopOld } from './stop-old';
import { observedHosts, observedOn } from './observed-on';

/** The building blocks of plans, which a strategy combines. */

const isReleased = (service: Service) => service.kind === 'released';
export const isBackground = (service: Service) => service.kind === 'background';

const hostNames = (after: EnvironmentRecord) => after.targets.map((host) => host.name);
const usedHosts = (after: EnvironmentRecord) => hostNames(after).filter((host) => servicesOn(after, host).length > 0);

/** Where the proxies are not windlass's own, nothing is to be done for them. */
function hasProxies({ own, observed }: EngineInput, { targets }: EnvironmentRecord, host: string): boolean {
  const target = targets.find(({ name }) => name === host);
  return target !== undefined && own.proxies(target, observedOn(observed, host)).length > 0;
}

/** Prepares the proxy, images and networks. */
export function fetchAndConnect(input: EngineInput, after: EnvironmentRecord, release: string): Step[][] {
  const hosts = usedHosts(after);
  const proxies = hosts
    .filter((host) => isRoutedOn(after, host) && hasProxies(input, after, host))
    .map((host): Step => ({ operation: { name: 'ensureProxy', target: host } }));
  const pulls = hosts.flatMap((host) => input.own.fetch(host, servicesOn(after, host), release));
  const networks = hosts.map((host): Step => {
    const stays = input.current?.release === release || observedOn(input.observed, host).networks.includes(release);
    return {
      operation: { name: 'createNetworks', target: host, release },
      ...(stays ? {} : { undo: { name: 'removeNetworks', target: host, release } as const }),
    };
  });
  return [[...proxies, ...pulls], networks];
}

/** `before` commands, one at a time, ordered by service and manifest, each on one host of its service. */
export function runBefore(input: PlanningInput, after: EnvironmentRecord, release: string): Step[][] {
  if (input.kind !== 'release') return [];
  return orderServices(after.services)
    .flat()
    .flatMap((service) => {
      const [host] = targetsOf(after, service);
      if (!host) return [];
      return service.before.map(({ undo, irreversible }, index): Step[] => {
        const command = { target: host, service: service.name, release, index };
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

/** Starts new instances beside the old ones, layer by layer, each healthy before the next. */
export const startReleased = (input: PlanningInput, after: EnvironmentRecord, release: string) =>
  startServices(input, after, release, after.services.filter(isReleased));

export const startBackground = (input: PlanningInput, after: EnvironmentRecord, release: string) =>
  startServices(input, after, release, after.services.filter(isBackground));

function startServices(input: PlanningInput, after: EnvironmentRecord, release: string, services: Service[]): Step[][] {
  return orderServices(services).map((layer) =>
    hostNames(after).flatMap((host) =>
      servicesOn(after, host)
        .filter((service) => layer.includes(service))
        .map((service) => startInstances(input, after, host, release, service)),
    ),
  );
}

function startInstances(
  input: PlanningInput,
  after: EnvironmentRecord,
  host: string,
  release: string,
  service: Service,
): Step {
  const set = { target: host, service: service.name, release };
  const count = replicasOn(
    after.targets.find(({ name }) => name === host)!,
    service,
  );
  const stays = isRunning(input, host, service.name, release) || input.current?.release === release;
  return {
    operation: { name: 'startInstances', ...set, count },
    ...(stays ? {} : { undo: { name: 'removeInstances', ...set, left: 0 } }),
  };
}

/** Stops other releases' background instances, because two must not work on one queue. */
export function stopBackground(input: PlanningInput, release: string | undefined): Step[][] {
  const wanted = findEnvironment(input.wanted, input.environment)?.services ?? [];
  const names = [...recordedServices(input), ...wanted].filter(isBackground).map(({ name }) => name);
  return stopOld(input, release, { isMeant: ({ service }) => names.includes(service) });
}

const isRunning = (input: PlanningInput, host: string, service: string, release: string) =>
  observedOn(input.observed, host).containers.some(
    (c) => c.role === 'instance' && c.service === service && c.release === release && c.state === 'running',
  );

/**
 * Routes traffic of these hosts to the release's instances, or nowhere on a host without one; the undo restores
 * the former routes.
 */
export function switchRoutes(input: PlanningInput, release: string | undefined, hosts: string[]): Step[] {
  const { wanted, environment, observed } = input;
  const after = release === undefined ? undefined : findEnvironment(wanted, environment);
  return hosts.flatMap((host): Step[] => {
    const to = after && isRoutedOn(after, host) ? release : undefined;
    if (to === undefined && !observedOn(observed, host).routes?.release) return [];
    const before = routedBefore(input, host);
    return [
      {
        operation: { name: 'switchRoutes', target: host, release: to },
        ...(before === to ? {} : { undo: { name: 'switchRoutes', target: host, release: before } as const }),
      },
    ];
  });
}

/** Hosts the environment no longer has: nothing will run there, so nothing is routed there. */
export function leaveHosts(input: PlanningInput, after: EnvironmentRecord): Step[] {
  const stay = hostNames(after);
  const left = Object.keys(input.observed.targets).filter((host) => !stay.includes(host));
  return switchRoutes(input, undefined, left.sort());
}

/** The recorded release on a host that has it; otherwise, as on an excluded host, whatever is observed. */
function routedBefore(input: PlanningInput, host: string): string | undefined {
  const { current, environment, observed, excluded = [] } = input;
  const recorded = findEnvironment(current, environment);
  const isRecorded = recorded?.targets.some(({ name }) => name === host) && !excluded.includes(host);
  if (!recorded || !isRecorded) return observedOn(observed, host).routes?.release;
  return isRoutedOn(recorded, host) ? current?.release : undefined;
}

/** Like `switchRoutes`, on every host of the environment; clears other hosts. */
export function switchAll(input: PlanningInput, after: EnvironmentRecord, release: string): Step[] {
  return [...switchRoutes(input, release, hostNames(after)), ...leaveHosts(input, after)];
}

/**
 * Removes everything of other releases: instances, then networks and unneeded images. An image still held by a
 * one-off container, which goes with its network, is left to the next release.
 */
export function retire(input: EngineInput, release: string | undefined): Step[][] {
  const images = Object.keys(input.observed.targets)
    .sort()
    .flatMap((host) => input.own.tidy(input, host));
  return filled([removeInstances(input, release), [...removeNetworks(input, release), ...images]]);
}

/** Instances of every other release, whether they run or not. */
export const removeInstances = (input: PlanningInput, release: string | undefined): Step[] =>
  observedHosts(input.observed).flatMap(([target, { containers }]) => {
    const others = containers.filter((c) => c.role === 'instance' && c.release !== release);
    const sets = new Map(others.map((c) => [`${c.release} ${c.service}`, { service: c.service, release: c.release }]));
    return [...sets.entries()]
      .sort(([a], [b]) => byText(a, b))
      .map(([, set]): Step => ({ operation: { name: 'removeInstances', target, ...set, left: 0 } }));
  });

export const removeNetworks = (input: PlanningInput, release: string | undefined): Step[] =>
  observedHosts(input.observed).flatMap(([host, { networks }]) =>
    networks
      .filter((other) => other !== release)
      .sort()
      .map((other): Step => ({ operation: { name: 'removeNetworks', target: host, release: other } })),
  );
