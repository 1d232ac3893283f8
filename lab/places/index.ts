import { startHosts, type HostsFrom } from '../../parts/host/hosts';
import { startSwarm } from '../../parts/host/swarm';
import { startKubernetes } from '../../parts/kubernetes/cluster';
import { onHosts, onSwarm } from './engines';
import { onKubernetes } from './kubernetes';
import type { Place } from './place';

/** Of each kind: how many machines there are, and how they start. Requests for `web` come in there. */
export const PLACES = {
  hosts: async (count, from) => onHosts(await startHosts(count, from)),
  swarm: async (count, from) => onSwarm(await startSwarm(count, from)),
  kubernetes: async (count, { registry }, web) => onKubernetes(await startKubernetes({ registry, nodes: count }), web),
} satisfies Record<string, (count: number, from: HostsFrom, web: { host: string; port: number }) => Promise<Place>>;

export type PlaceKind = keyof typeof PLACES;
