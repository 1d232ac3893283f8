import type { OperationInputs } from '../../../../src/model/plan';
import type { OperationOf } from '../../driver';
import type { SwarmContext } from '../context';
import {
  discardAccessory,
  recreateAccessory,
  removeAccessory,
  restoreAccessory,
  setAsideAccessory,
  startAccessory,
} from './accessories';
import { releaseComposed, startComposed, stopComposed } from './composed';
import { removeInstances, startInstances, stopInstances } from './instances';
import { createNetworks, leaveSwarm, removeNetworks } from './networks';
import { runOneOff } from './one-off';
import { closeProxy, ensureProxy, openProxy } from './proxy';
import { pruneSecrets } from './prune';
import { switchRoutes } from './routes';
import { watchInstances } from './watch-instances';

/** Each operation looks first and acts only on the difference, so retries converge. */
export const operations = {
  ensureProxy,
  openProxy,
  closeProxy,
  createNetworks,
  removeNetworks,
  startAccessory,
  removeAccessory,
  setAsideAccessory,
  recreateAccessory,
  restoreAccessory,
  discardAccessory,
  stopComposed,
  startComposed,
  releaseComposed,
  leaveSwarm,
  pruneSecrets,
  runOneOff,
  startInstances,
  stopInstances,
  removeInstances,
  switchRoutes,
  watchInstances,
} satisfies { [Name in OperationOf<'swarm'>]: (ctx: SwarmContext, input: OperationInputs[Name]) => Promise<void> };
