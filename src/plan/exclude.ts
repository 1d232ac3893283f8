import type { EnvironmentRecord } from '../manifest/record';
import { hostsOf as homesOf } from '../model/host';
import type { Operation, Plan } from '../model/plan';
import type { Answers } from '../model/question';

/** Operations that a release is not whole without: on one host at least they must be done. */
const NEEDED: Operation['name'][] = ['startInstance', 'startAccessory', 'runOneOff', 'verify'];

/** Hosts that take part in a plan. */
export const hostsOf = (plan: Plan): string[] => [
  ...new Set(plan.phases.flatMap(({ batches }) => batches.flat().map(({ operation }) => operation.host))),
];

/** What can be said to a host that does not answer before there is a plan. */
export const answersAbout = (host: string, canDoWithout: boolean): Answers => ({
  retry: 'look at the host once more',
  ...(canDoWithout && { 'exclude-host': goOnWithout(host) }),
  rollback: 'end here: nothing has been done yet',
});

export const goOnWithout = (host: string): string =>
  `go on without ${host}: it stays as it is, and is brought level by the next rollout that finds it back`;

/** The services that have a host in the environment, and none among these. */
export const homeless = (environment: EnvironmentRecord, hosts: EnvironmentRecord['hosts']): string[] =>
  environment.services
    .filter((service) => homesOf(environment, service).length > 0 && homesOf({ hosts }, service).length === 0)
    .map(({ name }) => name);

/**
 * Can what is left of a plan do without this host? Only where all that would be missing is done on another host that takes
 * part; `left` says of a step whether it is still to be done.
 */
export function canDoWithout(
  plan: Plan,
  host: string,
  excluded: ReadonlySet<string>,
  left: (operation: Operation) => boolean,
): boolean {
  const all = plan.phases.flatMap(({ batches }) => batches.flat().map(({ operation }) => operation));
  const others = all.filter((one) => one.host !== host && !excluded.has(one.host));
  return (
    others.length > 0 &&
    all
      .filter((one) => one.host === host && NEEDED.includes(one.name) && left(one))
      .every((one) => others.some((other) => isSame(one, other)))
  );
}

const isSame = (a: Operation, b: Operation) => whatOf(a) === whatOf(b);

/** A service on another host is the same service, however many replicas it has there. */
function whatOf(operation: Operation): string {
  const service = 'service' in operation ? operation.service : '';
  const index = 'index' in operation ? operation.index : '';
  return `${operation.name} ${service} ${index}`;
}
