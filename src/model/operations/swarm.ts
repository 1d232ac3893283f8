import { named, type Table, type TargetScope } from './operation';

/** The operations that only a swarm has. */
export interface SwarmOperations {
  /** Removes the Swarm secrets and configs of the environment that no service uses. */
  pruneSecrets: TargetScope;
  /** Removes what is left of the environment: its overlay, secrets and configs, and the proxies' part in it. */
  leaveSwarm: TargetScope;
}

export const SWARM: Table<SwarmOperations> = {
  pruneSecrets: { words: named('prune secrets and configs'), work: 'long' },
  leaveSwarm: { words: ({ target }) => `leave ${target}`, namesTarget: true, work: 'long' },
};
