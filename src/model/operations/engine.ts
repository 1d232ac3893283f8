import type { RestartPolicy } from '../container/container';
import { named, type ReleaseScope, type ServiceScope, type Table, type TargetScope } from './operation';

/**
 * The operations of kinds that consist of Docker engines: one host, or the nodes of a swarm. `container` names what docker compose or
 * `docker stack deploy` made: a container, or a Swarm service.
 */
export interface EngineOperations {
  /** Where the requests come in: on a host, or on every edge of a swarm. */
  ensureProxy: TargetScope & { closed?: true };
  openProxy: ReleaseScope;
  /** Frees the port, unless the proxy serves another environment. */
  closeProxy: TargetScope;
  createNetworks: ReleaseScope;
  removeNetworks: ReleaseScope;
  /**
   * Starts the accessory where its data is, and lets the release reach it. `adopts` names what was made before windlass: on a host the
   * container goes on as the accessory, in a swarm the service that is scaled to 0 tells the node. `inherits` names a stopped
   * instance whose nameless volumes it takes over.
   */
  startAccessory: ServiceScope & { adopts?: string; inherits?: string };
  /** The accessory stops, does not come back by itself, and is kept; `restoreAccessory` puts it back, `discardAccessory` removes it. */
  setAsideAccessory: ServiceScope;
  /** Removes an accessory that this very release created; never its volume. */
  removeAccessory: ServiceScope;
  recreateAccessory: ServiceScope & { composed?: string };
  restoreAccessory: ServiceScope & { restart: RestartPolicy; composed?: string };
  /** Removes what was kept; never its volumes. */
  discardAccessory: ServiceScope;
  /** Stops and keeps it, without restarts; in a swarm at 0, with its count in a label. */
  stopComposed: TargetScope & { container: string };
  /** As it was before `stopComposed`; nothing where that has not happened. */
  startComposed: TargetScope & { container: string; restart: RestartPolicy };
  /** It stays stopped, and is as its maker left it. */
  releaseComposed: TargetScope & { container: string; restart: RestartPolicy };
}

const ofContainer = (verb: string) => (input: { container: string }) => `${verb} ${input.container}`;
const ofRelease = (verb: string) => (input: ReleaseScope) => `${verb} of ${input.release}`;

export const ENGINE: Table<EngineOperations> = {
  ensureProxy: { words: ({ closed }) => `ensure proxy${closed ? ' (closed)' : ''}`, work: 'long' },
  openProxy: { words: named('open proxy'), work: 'long' },
  closeProxy: { words: named('close proxy'), work: 'long' },
  createNetworks: { words: ofRelease('create networks'), work: 'short' },
  removeNetworks: { words: ofRelease('remove networks'), work: 'short' },
  startAccessory: {
    words: ({ service, adopts }) => `start accessory ${service}${adopts ? ` (adopts ${adopts})` : ''}`,
    work: 'long',
    needed: true,
  },
  setAsideAccessory: { words: named('stop accessory'), work: 'long' },
  removeAccessory: { words: named('remove accessory'), work: 'long' },
  recreateAccessory: { words: named('recreate accessory'), work: 'long' },
  restoreAccessory: { words: named('restore accessory'), work: 'long' },
  discardAccessory: { words: named('discard the former accessory'), work: 'long' },
  stopComposed: { words: ofContainer('stop'), work: 'long' },
  startComposed: { words: ofContainer('start'), work: 'long' },
  releaseComposed: { words: ofContainer('hand back'), work: 'short' },
};
