import type { EnvironmentRecord } from '../../manifest/record/record';
import { describeTaken, meet, type ClaimedAddress } from '../../model/host/route-address';
import { servicesOn } from '../../model/target';
import { type PlanningInput, Refused } from '../planning';
import { observedOn } from './observed-on';

/** Two environments with one address would take it from each other with every release, so its owner keeps it. */
export function refuseTakenAddresses(input: PlanningInput, after: EnvironmentRecord): void {
  for (const { name: host } of after.targets) {
    const message = describeTakenOn(after, host, observedOn(input.observed, host).taken ?? []);
    if (message) throw new Refused({ kind: 'address-taken', host, message });
  }
}

/** An address the environment wants and another one owns on a host; undefined when there is none. */
export function describeTakenOn(after: EnvironmentRecord, host: string, taken: ClaimedAddress[]): string | undefined {
  const here = servicesOn(after, host).map(({ name }) => name);
  for (const route of after.routes.filter(({ service }) => here.includes(service))) {
    const other = taken.find((one) => meet(one, route));
    if (other) return describeTaken(route, other);
  }
  return undefined;
}
