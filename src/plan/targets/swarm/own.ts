import type { ObservedSwarm } from '../../../model/observed';
import type { SwarmTarget } from '../../../model/target';
import type { Own, Words } from '../../engines/own';

export const SWARM_WORDS: Words = {
  thing: 'Swarm service',
  maker: 'docker stack deploy',
  project: 'stack',
  start: (project) => `docker stack deploy -c COMPOSE-FILE ${project}`,
  remove: (project) => `docker stack rm ${project}`,
  stop: (name) => `docker service scale ${name}=0`,
};

/** A swarm. Its nodes pull for themselves, and a service that a stack has made cannot change its name and networks while it runs. */
export const SWARM: Own = {
  words: SWARM_WORDS,
  adopts: false,
  fetch: () => [],
  tidy: (_, target) => [{ operation: { name: 'pruneSecrets', target } }],
  leave: (target) => ({ operation: { name: 'leaveSwarm', target } }),
  proxies: (target, found) =>
    (target as SwarmTarget).edge.map(({ name }) => ({
      at: name,
      had: (found as Partial<ObservedSwarm>).proxies?.[name],
    })),
};
