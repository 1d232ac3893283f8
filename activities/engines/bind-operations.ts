import type { Target } from '../../src/model/target';
import type { OperationContext } from '../rollout/context';
import type { Operations } from '../targets/driver';

type Bindable<T extends Target, Context> = {
  [Name in keyof Operations<T>]: (ctx: Context, input: Parameters<Operations<T>[Name]>[1]) => Promise<void>;
};

/** A driver's operations, each with the kind's own context, which is opened when the operation is performed. */
export const bindOperations = <T extends Target, Context>(
  operations: Bindable<T, Context>,
  open: (ctx: OperationContext<T>) => Context | Promise<Context>,
): Operations<T> =>
  Object.fromEntries(
    Object.entries(operations).map(([name, operation]) => [
      name,
      async (ctx: OperationContext<T>, input: never) =>
        (operation as (ctx: Context, input: never) => Promise<void>)(await open(ctx), input),
    ]),
  ) as unknown as Operations<T>;
