import type { ContainerSpec } from '../model/service';
import { DEPLOY_KEYS } from './keys';
import type { ComposeService } from './model';
import type { Notes } from './notes';
import { toBytes } from './units';

/** Limits, from `deploy` or from the older keys beside it; compose refuses both at once where they differ. */
export function readResources(
  service: ComposeService,
  at: string[],
  notes: Notes,
): Pick<ContainerSpec, 'memoryBytes' | 'cpus' | 'pidsLimit'> {
  const { deploy = {} } = service;
  notes.checkKeys(DEPLOY_KEYS, [...at, 'deploy'], deploy);
  if (deploy.mode && deploy.mode !== 'replicated')
    notes.refuse(
      [...at, 'deploy', 'mode'],
      `is ${deploy.mode}. Expected replicated: hosts and replicas say how many instances there are`,
    );
  const { limits = {}, reservations = {} } = deploy.resources ?? {};
  const path = [...at, 'deploy', 'resources'];
  for (const key of Object.keys(limits))
    if (!['cpus', 'memory', 'pids'].includes(key))
      notes.refuse([...path, 'limits', key], 'cannot be limited by this version of windlass. Remove it');
  if (Object.keys(reservations).some((key) => key !== 'cpus' && key !== 'memory'))
    notes.refuse([...path, 'reservations'], 'reserves devices, which this version of windlass cannot give. Remove it');
  else if (Object.keys(reservations).length > 0)
    notes.tell([...path, 'reservations'], 'reserves nothing: only limits are set');
  return {
    cpus: numberOf(limits['cpus'] ?? service['cpus']),
    memoryBytes: toBytes(limits['memory'] ?? service['mem_limit']),
    pidsLimit: numberOf(limits['pids'] ?? service['pids_limit']),
  };
}

const numberOf = (value: unknown) => (value === undefined ? undefined : Number(value));

const CONDITIONS: Record<string, ContainerSpec['restart']> = { any: 'always', none: 'no', 'on-failure': 'on-failure' };

/** `restart: on-failure:3`, else what `deploy.restart_policy` says, as compose itself does it. */
export function readRestart({
  restart,
  deploy,
}: ComposeService): Pick<ContainerSpec, 'restart' | 'restartMaxAttempts'> {
  if (typeof restart === 'string') {
    const [policy, attempts] = restart.split(':');
    return { restart: policy as ContainerSpec['restart'], restartMaxAttempts: numberOf(attempts) };
  }
  const policy = deploy?.restart_policy;
  if (!policy) return {};
  return { restart: CONDITIONS[policy.condition ?? 'any'], restartMaxAttempts: policy.max_attempts };
}
