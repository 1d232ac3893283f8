import type { Operation, Plan } from '../model/plan';

/** Operations that a release is not whole without: on one host at least they must be done. */
const NEEDED: Operation['name'][] = ['startInstance', 'startAccessory', 'runOneOff', 'verify'];

/** Hosts that take part in a plan. */
export const hostsOf = (plan: Plan): string[] => [
  ...new Set(plan.phases.flatMap(({ batches }) => batches.flat().map(({ operation }) => operation.host))),
];

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
