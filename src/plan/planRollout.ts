import type { EnvironmentRecord } from '../manifest/record';
import { PLAN_FORMAT, type Plan } from '../model/plan';
import { compareConfigurations } from './compare';
import { refuseMovedAccessories, warnOfAccessories } from './accessories';
import { environmentOf, type PlanningInput, takingPart } from './planning';
import { describeSecrets } from './secrets';
import { type PlanStrategy, planToNothing, strategies } from './strategies';

/**
 * Decides what takes an environment from what is observed to what is wanted.
 * Pure: the same input gives the same plan, to the letter, for its hash is what people approve.
 * Throws `Refused` with a sentence when that cannot be done.
 */
export function planRollout(input: PlanningInput): Plan {
  const { wanted, current, app, environment } = input;
  const after = wanted && takingPart(input, environmentOf(wanted, environment));
  const before = current?.environments.find((one) => one.name === environment);
  if (after) refuseMovedAccessories(input, after);
  const secrets = describeSecrets(input);
  return {
    format: PLAN_FORMAT,
    app,
    environment,
    release: wanted?.release,
    from: current?.release,
    strategy: after?.strategy.kind ?? 'remove',
    before: describeObserved(input),
    changes: after
      ? [...compareConfigurations(before, after), ...secrets.changes]
      : ['everything but accessories is removed'],
    warnings: after
      ? [
          ...warnOfExcluded(input),
          ...strategy(after).warnings(input, after),
          ...warn(input, after),
          ...warnOfAccessories(input, after),
          ...secrets.warnings,
        ]
      : [],
    onFailure: after?.onFailure ?? 'rollback',
    phases: after ? strategy(after).phases(input, after) : planToNothing(input),
  };
}

const strategy = (after: EnvironmentRecord): PlanStrategy => strategies[after.strategy.kind];

/** What must still be so when the plan is carried out: a line for each container, and for the routes. */
function describeObserved({ observed }: PlanningInput): string[] {
  return Object.entries(observed.hosts)
    .sort(([a], [b]) => a.localeCompare(b))
    .flatMap(([host, { containers, routes }]) => [
      ...containers.map((c) => `${host}: ${c.name} ${c.id}`).sort(),
      ...(routes?.release ? [`${host}: routes to ${routes.release}`] : []),
    ]);
}

function warnOfExcluded({ excluded = [], observed }: PlanningInput): string[] {
  return excluded.map((host) =>
    observed.hosts[host]
      ? `${host}: was excluded, answers again, and is brought level`
      : `${host}: is excluded and does not answer, so it is left as it is`,
  );
}

function warn({ kind, current, environment }: PlanningInput, after: EnvironmentRecord): string[] {
  if (kind !== 'release') {
    const ran = current?.environments.find((one) => one.name === environment)?.services ?? [];
    return ran
      .filter((service) => service.before.length > 0)
      .map((service) => `${service.name}: what its commands did for ${current?.release} stays as it is`);
  }
  return after.services.flatMap((service) =>
    service.before
      .filter((command) => command.irreversible)
      .map(
        (command) =>
          `${service.name}: "${command.command.join(' ') || 'its own command'}" cannot be undone; what fails after it asks an operator`,
      ),
  );
}
