import { named, type ServiceScope, type Table, type TargetScope } from './operation';

/** The operations that only a Docker host has: its images, and what former plans name. */
export interface DockerOperations extends FormerOperations {
  pullImage: ServiceScope;
  leaveHost: TargetScope;
  pruneImages: TargetScope & { keep: string[] };
}

interface FormerOperations {
  startInstance: Replica;
  stopInstance: Replica & { drain?: true };
  removeInstance: Replica;
}
export type Replica = ServiceScope & { replica: number };

const ofReplica = (verb: string) => (input: Replica) =>
  `${verb} ${input.service}${input.replica > 1 ? ` #${input.replica}` : ''} ${input.release}`;

export const DOCKER: Table<DockerOperations> = {
  pullImage: { words: named('pull'), work: 'long' },
  leaveHost: { words: ({ target }) => `leave ${target}`, namesTarget: true, work: 'long' },
  startInstance: { words: ofReplica('start'), work: 'long', needed: true },
  stopInstance: { words: ofReplica('stop'), work: 'long' },
  removeInstance: { words: ofReplica('remove'), work: 'long' },
  pruneImages: { words: named('prune images'), work: 'long' },
};
