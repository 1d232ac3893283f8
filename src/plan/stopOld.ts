import type { ObservedContainer } from '../model/observed';
import type { Step } from '../model/plan';
import type { Service } from '../model/service';
import { orderServices } from './order';
import type { PlanningInput } from './planning';

/**
 * Instances that run and are not of the release stop, dependants before what they depend on, so that they can end what
 * they are at. Those of the recorded release are started again by the undo; what else is left over just stops.
 * `isMeant` tells which of them; without it all are. `drain` waits until no request is in flight.
 */
export function stopOld(
  input: PlanningInput,
  release: string | undefined,
  isMeant: (instance: Instance) => boolean = () => true,
  drain?: true,
): Step[][] {
  const running = Object.keys(input.observed.hosts)
    .sort()
    .flatMap((host) => instancesOn(input, host))
    .filter((one) => one.release !== release && isMeant(one));
  const instances = recordedServices(input).filter(({ kind }) => kind !== 'accessory');
  const layers = orderServices(instances).reverse();
  const layerOf = (service: string) => layers.findIndex((layer) => layer.some(({ name }) => name === service));
  return [...new Set(running.map(({ service }) => layerOf(service)))]
    .sort((a, b) => a - b)
    .map((layer) => running.filter(({ service }) => layerOf(service) === layer).map((one) => stop(input, one, drain)));
}

/** One running instance, by the words that operations have for it. */
export interface Instance {
  host: string;
  service: string;
  release: string;
  replica: number;
}

function stop(input: PlanningInput, instance: Instance, drain?: true): Step {
  const operation = { name: 'stopInstance', ...instance, ...(drain && { drain }) } as const;
  const comesBack = instance.release === input.current?.release;
  return comesBack ? { operation, undo: { name: 'startInstance', ...instance } } : { operation };
}

const STOPPED: ObservedContainer['state'][] = ['created', 'exited', 'dead', 'removing'];

const instancesOn = ({ observed }: PlanningInput, host: string): Instance[] =>
  (observed.hosts[host]?.containers ?? [])
    .filter(({ role, state }) => role === 'instance' && !STOPPED.includes(state))
    .map(({ name, service, release }) => ({ host, service, release, replica: replicaOf(name, service) }))
    .sort((a, b) => a.service.localeCompare(b.service) || a.replica - b.replica);

/** The services of the environment in the recorded release. */
export const recordedServices = ({ current, environment }: PlanningInput): Service[] =>
  current?.environments.find((one) => one.name === environment)?.services ?? [];

/** The number at the end of an instance's name; the first replica has none (see `instanceName`). */
export function replicaOf(name: string, service: string): number {
  const number = /-(\d+)$/.exec(name)?.[1];
  return number && name.endsWith(`-${service}-${number}`) ? Number(number) : 1;
}
