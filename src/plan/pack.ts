import { readTargets } from '../model/format-1';
import { type Operation, type Phase, type Plan, PLAN_FORMAT, type Step } from '../model/plan';

/**
 * A plan in its recorded form: equal steps on many hosts are stored once with the hosts' names, so a plan for 100
 * hosts and 8 services has a third of its size. The unpacked plan is what is carried out, shown and approved.
 */
export interface PackedPlan extends Omit<Plan, 'phases'> {
  phases: { name: Phase['name']; batches: PackedStep[][] }[];
}

interface PackedStep extends Omit<Step, 'operation' | 'undo'> {
  operation: Targetless;
  undo?: Targetless;
  targets: string[];
}

type Targetless = Omit<Operation, 'target'>;

export const packPlan = (plan: Plan): PackedPlan => ({
  ...plan,
  phases: plan.phases.map(({ name, batches }) => ({ name, batches: batches.map(packBatch) })),
});

/** The unpacked plan; the independent steps of a batch may change their order. */
export const unpackPlan = (packed: PackedPlan): Plan => ({
  ...packed,
  format: PLAN_FORMAT,
  phases: packed.phases.map(({ name, batches }) => ({
    name,
    batches: batches.map((batch) => batch.map(readTargets).flatMap(unpack)),
  })),
});

function packBatch(batch: Step[]): PackedStep[] {
  const packed = new Map<string, PackedStep>();
  for (const { operation, undo, ...rest } of batch) {
    const step = {
      ...rest,
      operation: withoutTarget(operation),
      // A step is undone where it was done.
      ...(undo && { undo: withoutTarget(undo) }),
    };
    const key = JSON.stringify(step);
    const known = packed.get(key);
    if (known) known.targets.push(operation.target);
    else packed.set(key, { ...step, targets: [operation.target] });
  }
  return [...packed.values()];
}

const unpack = ({ targets, operation, undo, ...rest }: PackedStep): Step[] =>
  targets.map((target) => ({
    operation: { ...operation, target } as Operation,
    ...(undo && { undo: { ...undo, target } as Operation }),
    ...rest,
  }));

const withoutTarget = (operation: Operation): Targetless =>
  Object.fromEntries(Object.entries(operation).filter(([key]) => key !== 'target')) as Targetless;
