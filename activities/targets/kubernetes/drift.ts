import type { EnvironmentRecord } from '../../../src/manifest/record/record';
import type { EnvironmentRef } from '../../../src/model/names';
import type { ObservedKubernetes } from '../../../src/model/observed';
import { isRoutedOn, type KubernetesTarget } from '../../../src/model/target';
import { describeSetDrift } from '../set-drift';

/** How a namespace differs from the recorded release, a sentence each; empty when it matches. */
export function describeDrift(
  place: EnvironmentRef,
  release: string,
  environment: EnvironmentRecord,
  target: KubernetesTarget,
  observed: ObservedKubernetes,
): string[] {
  const lines = [
    ...describeSetDrift({ place, release, environment, target }, observed.containers, {
      describeMissing: (running, count, name) => `${running} of ${count} pods of ${name} are ready`,
      mayExceed: true,
    }),
    ...(isRoutedOn(environment, target.name) ? describeLeads(release, observed) : []),
    ...observed.changed,
  ];
  return lines.map((line) => `${target.name}: ${line}`);
}

function describeLeads(release: string, { routes, leads }: ObservedKubernetes): string[] {
  if (routes?.release !== release)
    return [`routes go to ${routes?.release ? `release ${routes.release}` : 'nowhere'}. Expected release ${release}`];
  return leads
    .filter((lead) => lead.release !== undefined && lead.release !== release)
    .map((lead) => `${lead.name} leads to release ${lead.release}. Expected release ${release}`);
}
