import { readScope } from '../../src/model/format-1';
import { type OperationInputs, OPERATION_NAMES, type OperationName } from '../../src/model/plan';
import type { Target } from '../../src/model/target';
import { naming } from '../naming';
import { driverOf, type TargetDriver } from '../targets/driver';
import type { OperationInput, RolloutActivities } from '../types';
import { inContext, type OperationContext } from './context';
import type { RolloutDeps } from './deps';
import { verify } from './verify';

/** The operations of a plan as activities. A failure names operation, target and service, with secrets redacted. */
export function createRolloutActivities(deps: RolloutDeps): RolloutActivities {
  return Object.fromEntries(OPERATION_NAMES.map((name) => [name, activityOf(deps, name)])) as RolloutActivities;
}

function activityOf<Name extends OperationName>(deps: RolloutDeps, name: Name) {
  return async (given: OperationInput<Name>): Promise<void> => {
    // A task may have waited since a build before this one.
    const input = readScope(given);
    const service = 'service' in input ? input.service : undefined;
    await naming({ operation: name, host: input.target, service }, () =>
      inContext(deps, name, input, (ctx) => perform(driverOf(deps.drivers, ctx.target), ctx, name, input)),
    );
  };
}

type Operation = (ctx: OperationContext<Target>, input: object) => Promise<void>;

async function perform<Name extends OperationName>(
  driver: TargetDriver,
  ctx: OperationContext<Target>,
  name: Name,
  input: OperationInputs[Name],
): Promise<void> {
  if (name === 'verify') return verify(ctx, driver, input as OperationInputs['verify']);
  const operation = (driver.operations as Partial<Record<OperationName, Operation>>)[name];
  if (operation) return operation(ctx, input);
  throw ctx.fail({
    kind: 'no-such-operation',
    message: `${name} is no operation of targets of kind ${ctx.target.kind}`,
  });
}
