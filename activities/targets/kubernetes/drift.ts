import type { EnvironmentRecord } from '../../../src/manifest/record/record';
import { accessoryName, instanceName, type EnvironmentRef } from '../../../src/model/names';
import type { ObservedKubernetes, ObservedSet } from '../../../src/model/observed';
import type { Service } from '../../../src/model/service';
import { isRoutedOn, type KubernetesTarget, replicasOn, servicesOn } from '../../../src/model/target';
import { hashSpec } from '../../engines/hash-spec';

/** How a namespace differs from the recorded release, a sentence each; empty when it matches. */
export function describeDrift(
  place: EnvironmentRef,
  release: string,
  environment: EnvironmentRecord,
  target: KubernetesTarget,
  observed: ObservedKubernetes,
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
    ...(isRoutedOn(environment, target.name) ? describeLeads(release, observed) : []),
    ...observed.changed,
  ];
  return lines.map((line) => `${target.name}: ${line}`);
}

function compare(
  name: string,
  service: Service,
  environment: EnvironmentRecord,
  target: KubernetesTarget,
  found: ObservedSet | undefined,
): string[] {
  if (!found) return [`${name} is missing`];
  const count = service.kind === 'accessory' ? 1 : replicasOn(target, service);
  if (found.image !== service.image) return [`${name} runs ${found.image}. Expected ${service.image}`];
  // An autoscaler may want more.
  if (found.count < count) return [`${name} is scaled to ${found.count}. Expected ${count}`];
  const spec = hashSpec(service, environment.volumes);
  if (found.spec !== spec && found.spec !== hashSpec(service))
    return [`${name} does not match the record (spec ${found.spec}, expected ${spec})`];
  const running = found.tasks.filter(({ state }) => state === 'running').length;
  if (running >= count) return [];
  const why = found.tasks.find(({ error }) => error !== undefined)?.error;
  return [`${running} of ${count} pods of ${name} are ready${why === undefined ? '' : `: "${why}"`}`];
}

function describeLeads(release: string, { routes, leads }: ObservedKubernetes): string[] {
  if (routes?.release !== release)
    return [`routes go to ${routes?.release ? `release ${routes.release}` : 'nowhere'}. Expected release ${release}`];
  return leads
    .filter((lead) => lead.release !== undefined && lead.release !== release)
    .map((lead) => `${lead.name} leads to release ${lead.release}. Expected release ${release}`);
}
