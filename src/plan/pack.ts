import type { Operation, Phase, Plan, Step } from '../model/plan';

/**
 * A plan as it is recorded: what is done alike on many hosts is said once, with their names. So a plan for 100 hosts and 8
 * services has a third of its size; carried out, shown and approved is the plan itself.
 */
export interface PackedPlan extends Omit<Plan, 'phases'> {
  phases: { name: Phase['name']; batches: PackedStep[][] }[];
}

/** A step without its host, and the hosts that it is for. */
interface PackedStep extends Omit<Step, 'operation' | 'undo'> {
  operation: Hostless;
  undo?: Hostless;
  hosts: string[];
}

type Hostless = Omit<Operation, 'host'>;

export const packPlan = (plan: Plan): PackedPlan => ({
  ...plan,
  phases: plan.phases.map(({ name, batches }) => ({ name, batches: batches.map(packBatch) })),
});

/** The same plan; steps of a batch, which are independent, may come in another order. */
export const unpackPlan = (packed: PackedPlan): Plan => ({
  ...packed,
  phases: packed.phases.map(({ name, batches }) => ({ name, batches: batches.map((batch) => batch.flatMap(unpack)) })),
});

function packBatch(batch: Step[]): PackedStep[] {
  const packed = new Map<string, PackedStep>();
  for (const { operation, undo, ...rest } of batch) {
    const step = {
      ...rest,
      operation: withoutHost(operation),
      // A step is undone where it was done.
      ...(undo && { undo: withoutHost(undo) }),
    };
    const key = JSON.stringify(step);
    const known = packed.get(key);
    if (known) known.hosts.push(operation.host);
    else packed.set(key, { ...step, hosts: [operation.host] });
  }
  return [...packed.values()];
}

const unpack = ({ hosts, operation, undo, ...rest }: PackedStep): Step[] =>
  hosts.map((host) => ({
    operation: { ...operation, host } as Operation,
    ...(undo && { undo: { ...undo, host } as Operation }),
    ...rest,
  }));

const withoutHost = (operation: Operation): Hostless =>
  Object.fromEntries(Object.entries(operation).filter(([key]) => key !== 'host')) as Hostless;
