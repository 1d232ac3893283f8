import type { EngineOperations } from './engine';
import type { Table, TargetScope } from './operation';

/** The operations of engines that a cluster has, too. It has no proxy of ours, and nothing there was made by docker compose. */
export type OfSets = Extract<
  keyof EngineOperations,
  | 'createNetworks'
  | 'removeNetworks'
  | 'startAccessory'
  | 'setAsideAccessory'
  | 'removeAccessory'
  | 'recreateAccessory'
  | 'restoreAccessory'
  | 'discardAccessory'
>;

/** The operations that only a Kubernetes cluster has. */
export interface KubernetesOperations {
  /** Takes windlass's labels from everything that runs: it goes on as it is, and is nobody's but the team's. */
  leaveNamespace: TargetScope;
}

export const KUBERNETES: Table<KubernetesOperations> = {
  leaveNamespace: { words: ({ target }) => `leave ${target}`, namesTarget: true, work: 'long' },
};
