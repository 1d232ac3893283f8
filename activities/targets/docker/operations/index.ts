import type { OperationInputs } from '../../../../src/model/plan';
import type { OperationOf } from '../../driver';
import type { DockerContext } from '../context';
import { removeAccessory, startAccessory } from './accessories';
import { releaseComposed, startComposed, stopComposed } from './compose-containers';
import { pruneImages, pullImage } from './images';
import { removeInstances, startInstances, stopInstances } from './instances/instances';
import { leaveHost } from './leave';
import { createNetworks, removeNetworks } from './networks';
import { runOneOff } from './one-off';
import { closeProxy, ensureProxy, openProxy } from './proxy';
import { removeInstance, startInstance, stopInstance } from './instances/replicas';
import { discardAccessory, recreateAccessory, restoreAccessory, setAsideAccessory } from './recreate';
import { switchRoutes } from './routes';
import { watchInstances } from './instances/watch-instances';

/** Each operation looks first and acts only on the difference, so retries converge. */
export const operations = {
  ensureProxy,
  openProxy,
  closeProxy,
  pullImage,
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
  leaveHost,
  runOneOff,
  startInstances,
  stopInstances,
  removeInstances,
  startInstance,
  stopInstance,
  removeInstance,
  switchRoutes,
  watchInstances,
  pruneImages,
} satisfies { [Name in OperationOf<'docker'>]: (ctx: DockerContext, input: OperationInputs[Name]) => Promise<void> };
