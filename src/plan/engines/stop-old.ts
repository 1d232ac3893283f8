import { findEnvironment } from '../../model/environment/find';
import { replicaOf } from '../../model/names';
import type { ObservedContainer } from '../../model/observed';
import type { Step } from '../../model/plan';
import type { Service } from '../../model/service';
import { byText } from '../../model/text/text-order';
import { orderServices } from '../order';
import type { PlanningInput } from '../planning';
import type { InstanceSet, StopOptions } from '../targets/parts';
import { observedOn } from './observed-on';

/**
 * Instances that run and are not of the release stop, dependants before what they depend on, so that they can end what
 * they are at. Those of the recorded release are started again by the undo; what else is left over just stops.
 */
export function stopOld(
  input: PlanningInput,
  release: string | undefined,
  { isMeant = () => true, counts = ({ count }) => ({ from: count, left: 0 }), drain }: StopOptions = {},
): Step[][] {
  const running = Object.keys(input.observed.targets)
    .sort()
    .flatMap((host) => setsOn(input, host))
    .filter((one) => one.release !== release && isMeant(one));
  const instances = recordedServices(input).filter(({ kind }) => kind !== 'accessory');
  const layers = orderServices(instances).reverse();
  const layerOf = (service: string) => layers.findIndex((layer) => layer.some(({ name }) => name === service));
  return [...new Set(running.map(({ service }) => layerOf(service)))]
    .sort((a, b) => a - b)
    .map((layer) =>
      running
        .filter(({ service }) => layerOf(service) === layer)
        .flatMap((one) => {
          const { from, left } = counts(one);
          return left < from ? [stopInstances(input, { ...one, count: from }, left, drain)] : [];
        }),
    );
}

/** All but `left` of them stop; they are started again by the undo where they are of the recorded release. */
export function stopInstances(input: PlanningInput, { count, ...scope }: InstanceSet, left = 0, drain?: true): Step {
  const operation = { name: 'stopInstances', ...scope, left, ...(drain && { drain }) } as const;
  const comesBack = scope.release === input.current?.release;
  return comesBack ? { operation, undo: { name: 'startInstances', ...scope, count } } : { operation };
}

const STOPPED: ObservedContainer['state'][] = ['created', 'exited', 'dead', 'removing'];

/** What runs on a host. The highest replica counts, for a set is always the first so many. */
export function setsOn({ observed }: PlanningInput, host: string): InstanceSet[] {
  const running = observedOn(observed, host).containers.filter(
    ({ role, state }) => role === 'instance' && !STOPPED.includes(state),
  );
  const sets = new Map<string, InstanceSet>();
  for (const { name, service, release, count: whole } of running) {
    const key = `${service} ${release}`;
    const count = Math.max(sets.get(key)?.count ?? 0, whole ?? replicaOf(name, service));
    sets.set(key, { target: host, service, release, count });
  }
  return [...sets.values()].sort((a, b) => byText(a.service, b.service) || byText(a.release, b.release));
}

/** The environment's services in the recorded release. */
export const recordedServices = ({ current, environment }: PlanningInput): Service[] =>
  findEnvironment(current, environment)?.services ?? [];
