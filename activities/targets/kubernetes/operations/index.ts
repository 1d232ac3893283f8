import type { OperationInputs } from '../../../../src/model/plan';
import type { OperationOf } from '../../driver';
import type { KubernetesContext } from '../context';
import {
  discardAccessory,
  recreateAccessory,
  removeAccessory,
  restoreAccessory,
  setAsideAccessory,
  startAccessory,
} from './accessories';
import { removeInstances, startInstances, stopInstances } from './instances';
import { leaveNamespace } from './leave';
import { createNetworks, removeNetworks } from './networks';
import { runOneOff } from './one-off';
import { switchRoutes } from './routes';
import { watchInstances } from './watch-instances';

/** Each operation looks first and acts only on the difference, so retries converge. */
export const operations = {
  createNetworks,
  removeNetworks,
  startAccessory,
  removeAccessory,
  setAsideAccessory,
  recreateAccessory,
  restoreAccessory,
  discardAccessory,
  leaveNamespace,
  runOneOff,
  startInstances,
  stopInstances,
  removeInstances,
  switchRoutes,
  watchInstances,
} satisfies {
  [Name in OperationOf<'kubernetes'>]: (ctx: KubernetesContext, input: OperationInputs[Name]) => Promise<void>;
};
