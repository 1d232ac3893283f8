import type { EnvironmentRecord } from '../manifest/record';
import { PLAN_FORMAT, type Plan } from '../model/plan';
import { refuseMissingEntryPoints } from './entryPoints';
import { compareConfigurations } from './compare';
import { refuseMovedAccessories, warnOfAccessories } from './accessories';
import { environmentOf, type PlanningInput, Refused, takingPart } from './planning';
import { planEject, refuseOldAccessories, warnOfEject } from './leave';
import { describeSecrets } from './secrets';
import { type PlanStrategy, planToNothing, strategies } from './strategies';
import { takeOver, warnOfTakeover } from './takeOver';

/**
 * Decides what takes an environment from what is observed to what is wanted.
 * Pure: the same input gives the same plan, to the letter, for its hash is what people approve.
 * Throws `Refused` with a sentence when that cannot be done.
 */
export function planRollout(input: PlanningInput): Plan {
  const { wanted, current, app, environment } = input;
  const after = wanted && takingPart(input, environmentOf(wanted, environment));
  const before = current?.environments.find((one) => one.name === environment);
  if (before && after && before.project !== after.project) throw new Refused(projectChanged(before, after));
  if (after) refuseMovedAccessories(input, after);
  if (input.kind === 'eject') refuseOldAccessories(input);
  if (after) refuseMissingEntryPoints(input, after);
  const secrets = describeSecrets(input);
  return {
    format: PLAN_FORMAT,
    app,
    environment,
    release: wanted?.release,
    from: current?.release,
    strategy: after?.strategy.kind ?? (input.kind === 'eject' ? 'eject' : 'remove'),
    before: describeObserved(input),
    changes: after
      ? [...compareConfigurations(before, after), ...secrets.changes]
      : [
          input.kind === 'eject'
            ? 'everything of windlass is removed, volumes stay'
            : 'everything but accessories is removed',
        ],
    warnings: after
      ? [
          ...warnOfExcluded(input),
          ...warnOfTakeover(input, after),
          ...strategy(after).warnings(input, after),
          ...warn(input, after),
          ...warnOfAccessories(input, after),
          ...secrets.warnings,
        ]
      : input.kind === 'eject'
        ? warnOfEject(input)
        : [],
    onFailure: after?.onFailure ?? 'rollback',
    phases: after ? takeOver(input, after, strategy(after).phases(input, after)) : withoutRelease(input),
  };
}

const withoutRelease = (input: PlanningInput) => (input.kind === 'eject' ? planEject(input) : planToNothing(input));

const strategy = (after: EnvironmentRecord): PlanStrategy => strategies[after.strategy.kind];

/** Volumes are named after it: under another name every accessory would begin empty. */
const projectChanged = (before: EnvironmentRecord, after: EnvironmentRecord) => ({
  kind: 'project-changed',
  message:
    `the project is ${after.project}, and was ${before.project}, after which the volumes in use are named. Keep ${before.project} under ` +
    `environments.${after.name}.project; to move to other volumes, leave windlass first: windlass eject ${after.name}`,
});

/** What must still be so when the plan is carried out: a line for each container, and for the routes. */
function describeObserved({ observed }: PlanningInput): string[] {
  return Object.entries(observed.hosts)
    .sort(([a], [b]) => a.localeCompare(b))
    .flatMap(([host, { containers, composed = [], routes }]) => [
      ...containers.map((c) => `${host}: ${c.name} ${c.id}`).sort(),
      ...composed.filter(({ state }) => state === 'running').map((c) => `${host}: ${c.name} ${c.id}`),
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
