import { findEnvironment } from '../model/environment/find';
import type { EnvironmentRecord } from '../manifest/record/record';
import type { Operation, Phase, Step } from '../model/plan';
import type { PlanningInput } from './planning';
import { filled } from './batches';

/**
 * Is there a release to go from, step by step? Not for a first release; and going back leaves no time for
 * steps. Then all traffic switches at once.
 */
export const goesGradually = ({ kind, current, wanted }: PlanningInput) =>
  kind === 'release' && current !== undefined && current.release !== wanted?.release;

/** Does the recorded release serve on this host? Not on a formerly excluded one. */
export const answersOn = ({ current, observed }: PlanningInput, target: string) =>
  current !== undefined && observed.targets[target]?.routes?.release === current.release;

/** The recorded configuration of the environment. */
export const recorded = ({ current, environment }: PlanningInput): EnvironmentRecord | undefined =>
  findEnvironment(current, environment);

type Switch = Extract<Operation, { name: 'switchRoutes' }>;
/** What precedes the full switch: a batch of its own, or changed routes on some hosts. */
export type TrafficStage = Step[] | { targets: string[]; route(target: string, whole: Switch): Switch };

/**
 * A switch with intermediate steps: the undo of each route change is the previous one. Hosts without the
 * recorded release, or without the new one, switch at the end.
 */
export function insertStages(input: PlanningInput, phases: Phase[], way: TrafficStage[]): Phase[] {
  const whole = phases.find(({ name }) => name === 'switch')?.batches ?? [];
  const switches = new Map(whole.flat().flatMap((step) => (isMove(step) ? [[step.operation.target, step]] : [])));
  const before = new Map([...switches].map(([target, { undo }]) => [target, undo]));
  const move = (target: string, operation: Switch): Step[] => {
    const undo = before.get(target);
    before.set(target, operation);
    return JSON.stringify(undo) === JSON.stringify(operation) ? [] : [{ operation, undo }];
  };
  const batches = way.map((part) =>
    Array.isArray(part)
      ? part
      : part.targets.flatMap((target) => {
          const step = switches.get(target);
          return step && answersOn(input, target) ? move(target, part.route(target, step.operation)) : [];
        }),
  );
  const last = whole.map((batch) =>
    batch.flatMap((step) => (isMove(step) ? move(step.operation.target, step.operation) : [step])),
  );
  return phases.map((phase) =>
    phase.name === 'switch' ? { ...phase, batches: filled([...batches, ...last]) } : phase,
  );
}

const isMove = (step: Step): step is Step & { operation: Switch; undo: Switch } =>
  step.operation.name === 'switchRoutes' &&
  step.operation.release !== undefined &&
  step.undo?.name === 'switchRoutes' &&
  step.undo.release !== undefined;
