import type { EnvironmentRecord } from '../../../src/manifest/record/record';
import { accessoryName, instanceName, type EnvironmentRef } from '../../../src/model/names';
import type { ObservedSet, ObservedSwarm } from '../../../src/model/observed';
import type { Service } from '../../../src/model/service';
import { isRoutedOn, replicasOn, servicesOn, type SwarmTarget } from '../../../src/model/target';
import { hashSpec } from '../../engines/hash-spec';

/** How a swarm differs from the recorded release, a sentence each; empty when it matches. */
export function describeDrift(
  place: EnvironmentRef,
  release: string,
  environment: EnvironmentRecord,
  target: SwarmTarget,
  observed: ObservedSwarm,
): string[] {
  const found = new Map(observed.containers.map((set) => [set.name, set]));
  const lasting = servicesOn(environment, target.name).filter(({ kind }) => kind !== 'one-off');
  const nameOf = ({ kind, name }: Service) =>
    kind === 'accessory' ? accessoryName(place, name) : instanceName(place, release, name);
  const wanted = new Set(lasting.map(nameOf));
  const lines = [
    ...lasting.flatMap((service) => compare(nameOf(service), service, environment, target, found.get(nameOf(service)))),
    ...observed.containers
      .filter(({ name, role, state }) => !wanted.has(name) && role === 'instance' && state === 'running')
      .map(({ name }) => `${name} runs, but is not part of the recorded release`),
    ...(isRoutedOn(environment, target.name) ? describeEdges(release, environment, target, observed) : []),
  ];
  return lines.map((line) => `${target.name}: ${line}`);
}

function compare(
  name: string,
  service: Service,
  environment: EnvironmentRecord,
  target: SwarmTarget,
  found: ObservedSet | undefined,
): string[] {
  if (!found) return [`${name} is missing`];
  const count = service.kind === 'accessory' ? 1 : replicasOn(target, service);
  if (found.image !== service.image) return [`${name} runs ${found.image}. Expected ${service.image}`];
  if (found.count !== count) return [`${name} is scaled to ${found.count}. Expected ${count}`];
  const spec = hashSpec(service, environment.volumes);
  if (found.spec !== spec && found.spec !== hashSpec(service))
    return [`${name} does not match the record (spec ${found.spec}, expected ${spec})`];
  // That tasks are missing follows from this.
  if (found.changed !== undefined) return [`${name} ${found.changed}`];
  const running = found.tasks.filter(({ state }) => state === 'running').length;
  if (running >= count) return [];
  const why = found.tasks.find(({ error }) => error !== undefined)?.error;
  return [`${running} of ${count} tasks of ${name} run${why === undefined ? '' : `: "${why}"`}`];
}

function describeEdges(release: string, { name }: EnvironmentRecord, { edge }: SwarmTarget, observed: ObservedSwarm) {
  const away = edge
    .filter((one) => observed.proxies[one.name]?.state !== 'running')
    .map((one) => {
      const state = observed.proxies[one.name]?.state ?? 'missing';
      return `the proxy on ${one.name} is ${state}. Start it: windlass bootstrap ${name}`;
    });
  const served = observed.routes?.release;
  if (away.length > 0 || served === release) return away;
  return [`routes go to ${served === undefined ? 'nowhere' : `release ${served}`}. Expected release ${release}`];
}
