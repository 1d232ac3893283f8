import { findEnvironment } from '../model/environment/find';
import { describeGate, describeGateChange } from '../model/approval/gate';
import { describeReach, hostReach } from '../model/host/reach';
import type { EnvironmentRecord } from '../manifest/record/record';
import { PLAN_FORMAT, type Phase, type Plan } from '../model/plan';
import { compareConfigurations } from './compare/configurations';
import { checkLineage } from './lineage';
import { environmentOf, type PlanningInput, Refused, takingPart } from './planning';
import { describeSecrets } from './compare/secrets';
import { type PlanStrategy, strategies } from './strategies';
import { plannerFor } from './targets';

/**
 * Decides what takes an environment from what is observed to what is wanted. Pure: the same input gives exactly
 * the same plan, because people approve its hash. Throws `Refused` when there is no such plan.
 */
export function planRollout(input: PlanningInput): Plan {
  const { wanted, current, app, environment } = input;
  const after = wanted && takingPart(input, environmentOf(wanted, environment));
  const before = findEnvironment(current, environment);
  if (before && after && before.project !== after.project) throw new Refused(projectChanged(before, after));
  const lineage = after ? checkLineage(input, after) : [];
  const planner = plannerFor(input);
  planner.refuse(input, after);
  const secrets = describeSecrets(input);
  const { phases, warnings } = plan(input, after);
  return {
    format: PLAN_FORMAT,
    app,
    environment,
    release: wanted?.release,
    from: current?.release,
    strategy: after?.strategy.kind ?? (input.kind === 'eject' ? 'eject' : 'remove'),
    before: [...planner.describeObserved(input), ...(input.gates ?? []).map(describeGate)],
    changes: after
      ? [...compareConfigurations(before, after, input.fileLines), ...secrets.changes]
      : [
          input.kind === 'eject'
            ? 'everything windlass runs is removed; volumes stay'
            : 'everything except accessories is removed',
        ],
    warnings: after
      ? [
          ...(input.kind === 'release' ? describeGateChange(before, after) : []),
          ...lineage,
          ...warnOfExcluded(input),
          ...strategy(after).warnings(input, after),
          ...warnOfCommands(input, after),
          ...planner.warnings(input, after),
          ...(input.hasPolicy ? [] : describeReach(hostReach(after))),
          ...warnings,
          ...secrets.warnings,
          ...planner.describeLeftovers(input, after, phases),
        ]
      : warnings,
    onFailure: after?.onFailure ?? 'rollback',
    phases,
  };
}

function plan(input: PlanningInput, after: EnvironmentRecord | undefined): { phases: Phase[]; warnings: string[] } {
  const planner = plannerFor(input);
  if (!after) {
    if (input.kind === 'eject') return planner.planEject(input);
    return { phases: planner.planToNothing(input), warnings: [] };
  }
  if (input.forget !== undefined) return { phases: planner.planForget(input, after, input.forget), warnings: [] };
  return planner.complete(input, after, strategy(after).phases(input, after));
}

const strategy = (after: EnvironmentRecord): PlanStrategy => strategies[after.strategy.kind];

/** Volumes are named after the project, so a new name would leave every accessory empty. */
const projectChanged = (before: EnvironmentRecord, after: EnvironmentRecord) => ({
  kind: 'project-changed',
  message:
    `the project is ${after.project}, but the volumes in use are named after ${before.project}. Keep ${before.project} under ` +
    `environments.${after.name}.project; to move to other volumes, leave windlass first: windlass eject ${after.name}`,
});

function warnOfExcluded({ excluded = [], observed }: PlanningInput): string[] {
  return excluded.map((target) =>
    observed.targets[target]
      ? `${target}: was excluded, is reachable again, and will be updated`
      : `${target}: excluded and not reachable, so it keeps what it runs`,
  );
}

function warnOfCommands({ kind, current, environment }: PlanningInput, after: EnvironmentRecord): string[] {
  if (kind !== 'release') {
    const ran = findEnvironment(current, environment)?.services ?? [];
    return ran
      .filter((service) => service.before.length > 0)
      .map((service) => `${service.name}: changes made by ${current?.release}'s commands are kept`);
  }
  return after.services.flatMap((service) =>
    service.before
      .filter((command) => command.irreversible)
      .map(
        (command) =>
          `${service.name}: "${command.command.join(' ') || 'its own command'}" cannot be undone; a later failure asks an operator`,
      ),
  );
}
