import type { ObservedContainer, ObservedHost, ObservedSet } from '../../src/model/observed';
import { COMMON } from '../../src/model/operations/common';
import { DOCKER } from '../../src/model/operations/docker';
import { ENGINE } from '../../src/model/operations/engine';
import { KUBERNETES, type OfSets } from '../../src/model/operations/kubernetes';
import { SWARM } from '../../src/model/operations/swarm';
import type { OperationName } from '../../src/model/plan';
import { isWeighed, type StrategyKind } from '../../src/model/strategy';
import type { Target, TargetKind } from '../../src/model/target';

/** What the kinds of targets differ in, as far as the model tells them apart. */
interface Traits {
  operations: object;
  /** A target of this kind; `strategy` is its environment's. */
  target(name: string, strategy: StrategyKind): Target;
  /** The instances of a service of a release are seen as one set. */
  hasSets?: true;
  /** Its nodes pull for themselves. */
  pullsItself?: true;
  /** The requests come in by something of the cluster's own. */
  hasOwnEntry?: true;
  /** What another program made there has no part in the plans. */
  isAlone?: true;
  /** What it observes besides. */
  sees?(host: string, found: ObservedHost): object;
}

/** The engines' operations that a cluster has, too. */
const OF_SETS: Record<OfSets, true> = {
  createNetworks: true,
  removeNetworks: true,
  startAccessory: true,
  setAsideAccessory: true,
  removeAccessory: true,
  recreateAccessory: true,
  restoreAccessory: true,
  discardAccessory: true,
};

export const TRAITS: Record<TargetKind, Traits> = {
  docker: {
    operations: { ...COMMON, ...ENGINE, ...DOCKER },
    target: (name) => ({ kind: 'docker', name, address: name }),
  },
  swarm: {
    operations: { ...COMMON, ...ENGINE, ...SWARM },
    target: (name) => ({
      kind: 'swarm',
      name,
      managers: [{ name, address: name }],
      edge: [{ name: edgeOf(name), address: name }],
    }),
    hasSets: true,
    pullsItself: true,
    sees: (host, { proxy }) => ({ proxies: proxy ? { [edgeOf(host)]: proxy } : {} }),
  },
  kubernetes: {
    operations: { ...COMMON, ...OF_SETS, ...KUBERNETES },
    target: (name, strategy) => ({
      kind: 'kubernetes',
      name,
      namespace: name,
      route: isWeighed(strategy) ? { gateway: 'entry' } : 'service',
    }),
    hasSets: true,
    pullsItself: true,
    hasOwnEntry: true,
    isAlone: true,
    sees: () => ({ leads: [], changed: [] }),
  },
};

export const KINDS = Object.keys(TRAITS) as TargetKind[];

export const hasOperation = (kind: TargetKind, name: OperationName): boolean => name in TRAITS[kind].operations;

const edgeOf = (name: string) => `edge of ${name}`;

/** As an orchestrator shows them: one set for each service of a release, with the id that the first of it has. */
export function asSets(containers: ObservedContainer[]): ObservedSet[] {
  const keyOf = ({ role, release, service, name }: ObservedContainer) =>
    role === 'instance' ? `${release}/${service}` : name;
  const sets = new Map<string, ObservedContainer[]>();
  for (const one of containers) sets.set(keyOf(one), [...(sets.get(keyOf(one)) ?? []), one]);
  return [...sets.values()].map((all) => {
    const [first] = all.sort((a, b) => (a.name < b.name ? -1 : 1));
    const count = all.filter(({ state }) => state === 'running').length;
    return { ...first!, count, state: count > 0 ? 'running' : 'exited', tasks: [] };
  });
}
