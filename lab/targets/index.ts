import { startHosts, type HostsFrom } from '../../parts/host/hosts';
import { startSwarm } from '../../parts/host/swarm';
import { startKubernetes } from '../../parts/kubernetes/cluster';
import { onHosts, onSwarm } from './engines';
import { onKubernetes } from './kubernetes';
import type { LabTarget } from './lab-target';

/** Of each kind: how many machines there are, and how they start. Requests for `web` come in there. */
export const LAB_TARGETS = {
  hosts: async (count, from) => onHosts(await startHosts(count, from)),
  swarm: async (count, from) => onSwarm(await startSwarm(count, from)),
  kubernetes: async (count, { registry }, web) => onKubernetes(await startKubernetes({ registry, nodes: count }), web),
} satisfies Record<string, (count: number, from: HostsFrom, web: { host: string; port: number }) => Promise<LabTarget>>;

export type LabTargetKind = keyof typeof LAB_TARGETS;
