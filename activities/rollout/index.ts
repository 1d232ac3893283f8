import type { OperationInputs, OperationName } from '../../src/model/plan';
import { naming } from '../naming';
import type { OperationInput, RolloutActivities } from '../types';
import { removeAccessory, startAccessory } from './accessories';
import { discardAccessory, recreateAccessory, restoreAccessory } from './recreate';
import { releaseComposed, startComposed, stopComposed } from './composed';
import { openContext, type RolloutContext, type RolloutDeps } from './context';
import { pruneImages, pullImage } from './images';
import { removeInstance, startInstance, stopInstance } from './instances';
import { createNetworks, removeNetworks } from './networks';
import { runOneOff } from './one-off';
import { leaveHost } from './leave';
import { closeProxy, ensureProxy, openProxy } from './proxy';
import { switchRoutes } from './routes';
import { verify } from './verify';
import { watchInstances } from './watch-instances';

/** What can be done in a rollout. Each looks first, and acts only on the difference: a retry converges. */
export const operations = {
  ensureProxy,
  openProxy,
  closeProxy,
  pullImage,
  createNetworks,
  removeNetworks,
  startAccessory,
  removeAccessory,
  recreateAccessory,
  restoreAccessory,
  discardAccessory,
  stopComposed,
  startComposed,
  releaseComposed,
  leaveHost,
  runOneOff,
  startInstance,
  stopInstance,
  removeInstance,
  switchRoutes,
  watchInstances,
  verify,
  pruneImages,
} satisfies { [Name in OperationName]: (ctx: RolloutContext, input: OperationInputs[Name]) => Promise<void> };

/** The operations as activities. Whatever fails says by which operation, on which host and of which service, without secrets. */
export function createRolloutActivities(deps: RolloutDeps): RolloutActivities {
  const names = Object.keys(operations) as OperationName[];
  return Object.fromEntries(names.map((name) => [name, activityOf(deps, name)])) as RolloutActivities;
}

function activityOf<Name extends OperationName>(deps: RolloutDeps, name: Name) {
  const operation = operations[name] as (ctx: RolloutContext, input: OperationInputs[Name]) => Promise<void>;
  return async (input: OperationInput<Name>): Promise<void> => {
    const service = 'service' in input ? input.service : undefined;
    await naming({ operation: name, host: input.host, service }, async () => {
      const ctx = await openContext(deps, name, input);
      try {
        await operation(ctx, input);
      } catch (error) {
        throw await ctx.redacted(error);
      }
    });
  };
}
