import type { Shape } from './applications';

const web = (hosts: string[], routed: boolean): Shape => ({
  services: [{ name: 'web', kind: 'released', replicas: 1, before: [] }],
  hosts,
  strategy: 'blue-green',
  soakMs: 0,
  routed,
  onFailure: 'rollback',
});

type Law = 'allOrNothing' | 'replay' | 'twice' | 'restore' | 'excluded' | 'composed' | 'history';

/** Counter-examples that were found, shrunk, and are tried first ever since; what each one broke stands beside it. */
export const EXAMPLES: Record<Law, unknown[][]> = {
  // a host that left the environment went on sending requests to instances that were removed
  allOrNothing: [[web(['a'], true), web(['c'], false), []]],
  replay: [],
  // the undo on a new host sent requests to the old release, which never was there, and could not without a proxy
  twice: [[web(['c'], true), web(['a', 'c'], false)]],
  excluded: [],
  composed: [],
  history: [],
  restore: [[web(['a', 'b'], true), web(['a', 'c'], false), [], []]],
};
