import { DEPLOY_KEYS, RESERVATION_KEYS, LIMIT_KEYS } from './keys';
import type { ComposeService } from './model';
import type { Notes } from './notes';

/** What is said of Swarm, or to it; limits and devices are settings of the container. */
export function checkDeploy({ deploy = {} }: ComposeService, at: string[], notes: Notes): void {
  const path = [...at, 'deploy'];
  notes.checkKeys(DEPLOY_KEYS, path, deploy);
  if (deploy.mode && deploy.mode !== 'replicated')
    notes.refuse(
      [...path, 'mode'],
      `is ${deploy.mode}. Expected replicated: hosts and replicas say how many instances there are`,
    );
  const { limits = {}, reservations = {} } = deploy.resources ?? {};
  notes.checkKeys(LIMIT_KEYS, [...path, 'resources', 'limits'], limits);
  notes.checkKeys(RESERVATION_KEYS, [...path, 'resources', 'reservations'], reservations);
}
