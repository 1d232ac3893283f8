import type { Settings } from '../settings';
import { openDockerHosts } from './docker';
import { openSwarm } from './swarm';
import { openKubernetes } from './kubernetes';
import type { Drivers } from './driver';

/** The drivers of all kinds of targets, with this worker's means to reach them. */
export const openDrivers = (settings: Settings): Drivers => ({
  docker: openDockerHosts(settings),
  swarm: openSwarm(settings),
  kubernetes: openKubernetes(settings),
});
