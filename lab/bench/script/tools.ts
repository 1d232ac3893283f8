import type Docker from 'dockerode';
import { clientFor } from '../../../activities/drivers/docker/client';
import { connectEngine } from '../../../activities/drivers/docker/connect';
import type { Engine } from '../../../activities/drivers/docker/engine';
import type { SshSettings } from '../../../activities/drivers/ssh/settings';
import type { EnvironmentRef } from '../../../src/model/names';

/** What the script works with on a host. The driver is used where an operation is a protocol of its own: builds, pushes, `exec`. */
export interface Tools {
  docker: Docker;
  engine: Engine;
  place: EnvironmentRef;
  labels: Record<string, string>;
}

/** By the engine's socket, or by SSH over one connection. */
export function openTools(place: EnvironmentRef, host: { name: string; address: string }, ssh?: SshSettings): Tools {
  return {
    docker: clientFor(host.name, host, ssh),
    engine: connectEngine(host, { dockerHost: host.address, ssh }),
    place,
    labels: { [`${place.installation}.role`]: 'script' },
  };
}
