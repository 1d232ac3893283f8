import type { EnvironmentRecord } from '../manifest/record/record';
import { targetsOf as homesOf } from '../model/target';
import { isNeeded, type Operation, type Plan } from '../model/plan';
import type { OfferedAnswers } from '../model/approval/question';

/** The hosts in a plan. */
export const targetsOf = (plan: Plan): string[] => [
  ...new Set(plan.phases.flatMap(({ batches }) => batches.flat().map(({ operation }) => operation.target))),
];

/** The answers about a host that does not answer before there is a plan. */
export const answersAbout = (host: string, canDoWithout: boolean): OfferedAnswers => ({
  retry: `try ${host} again`,
  ...(canDoWithout && { 'exclude-host': goOnWithout(host) }),
  rollback: 'end here; nothing has been changed',
});

export const goOnWithout = (host: string): string =>
  `continue without ${host}: it keeps what it runs; the next rollout that reaches it updates it`;

/** Services that have hosts in the environment, but only excluded ones. */
export const unplaceable = (environment: EnvironmentRecord, targets: EnvironmentRecord['targets']): string[] =>
  environment.services
    .filter((service) => homesOf(environment, service).length > 0 && homesOf({ targets }, service).length === 0)
    .map(({ name }) => name);

/**
 * Can the rest of a plan do without this host? Only if everything it would miss is done on another
 * participating host; `left` tells whether a step is still pending.
 */
export function canDoWithout(
  plan: Plan,
  target: string,
  excluded: ReadonlySet<string>,
  left: (operation: Operation) => boolean,
): boolean {
  const all = plan.phases.flatMap(({ batches }) => batches.flat().map(({ operation }) => operation));
  const others = all.filter((one) => one.target !== target && !excluded.has(one.target));
  return (
    others.length > 0 &&
    all
      .filter((one) => one.target === target && isNeeded(one) && left(one))
      .every((one) => others.some((other) => isSame(one, other)))
  );
}

const isSame = (a: Operation, b: Operation) => whatOf(a) === whatOf(b);

function whatOf(operation: Operation): string {
  const service = 'service' in operation ? operation.service : '';
  const index = 'index' in operation ? operation.index : '';
  return `${operation.name} ${service} ${index}`;
}
