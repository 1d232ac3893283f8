import type { NodePlacement } from '../../model/service';
import type { ComposeService } from '../model';
import type { Diagnostics } from '../diagnostics';
import { toNumber } from '../units';

/** Keys meant for Swarm. Limits and devices are the container's settings. */
export function checkDeploy({ deploy = {} }: ComposeService, at: string[], notes: Diagnostics): void {
  const path = [...at, 'deploy'];
  notes.checkKeys('deploy', path, deploy);
  if (deploy.mode && !['replicated', 'global'].includes(deploy.mode))
    notes.refuse(
      [...path, 'mode'],
      `is ${deploy.mode}. Expected replicated or global; hosts and replicas determine the number of instances`,
    );
  const { limits = {}, reservations = {} } = deploy.resources ?? {};
  notes.checkKeys('limits', [...path, 'resources', 'limits'], limits);
  notes.checkKeys('reservations', [...path, 'resources', 'reservations'], reservations);
}

/** Where tasks may run, and what is reserved for each; undefined where the target chooses no node. */
export function readPlacement({ deploy = {} }: ComposeService, { answers }: Diagnostics): NodePlacement | undefined {
  if (answers.deploy.find(({ key }) => key === 'placement')?.does !== 'carried') return undefined;
  const { constraints = [], preferences = [], max_replicas_per_node: maxPerNode } = deploy.placement ?? {};
  const spread = preferences.flatMap((one) => one.spread ?? []);
  const cpus = toNumber(deploy.resources?.reservations?.cpus);
  const placement: NodePlacement = {
    ...(constraints.length > 0 && { constraints }),
    ...(spread.length > 0 && { spread }),
    ...(maxPerNode && { maxPerNode }),
    ...(cpus !== undefined && { cpus }),
  };
  return Object.keys(placement).length > 0 ? placement : undefined;
}
