import type { EnvironmentRecord } from '../../../src/manifest/record/record';
import type { EnvironmentRef } from '../../../src/model/names';
import type { ObservedSwarm } from '../../../src/model/observed';
import { isRoutedOn, type SwarmTarget } from '../../../src/model/target';
import { describeSetDrift } from '../set-drift';

/** How a swarm differs from the recorded release, a sentence each; empty when it matches. */
export function describeDrift(
  place: EnvironmentRef,
  release: string,
  environment: EnvironmentRecord,
  target: SwarmTarget,
  observed: ObservedSwarm,
): string[] {
  const lines = [
    ...describeSetDrift({ place, release, environment, target }, observed.containers, {
      describeMissing: (running, count, name) => `${running} of ${count} tasks of ${name} run`,
    }),
    ...(isRoutedOn(environment, target.name) ? describeEdges(release, environment, target, observed) : []),
  ];
  return lines.map((line) => `${target.name}: ${line}`);
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
