import type { Dependency, ServiceKind } from '../model/service';
import type { ComposeService } from './model';
import type { Notes } from './notes';

/** What a service waits for. `kinds` are those of all services of the model. */
export function readDependencies(
  service: ComposeService,
  kind: ServiceKind,
  kinds: Record<string, ServiceKind>,
  at: string[],
  notes: Notes,
): Dependency[] {
  return Object.entries(service.depends_on ?? {}).flatMap(([on, { condition, required }]): Dependency[] => {
    const path = [...at, 'depends_on', on];
    const onKind = kinds[on];
    if (!onKind) {
      // Compose itself refuses a service that is nowhere; this one has a profile that is not chosen.
      if (required !== false)
        notes.refuse(
          path,
          `waits for ${on}, which takes no part. Choose its profile by COMPOSE_PROFILES under variables, or write required: false`,
        );
      return [];
    }
    const refusal = refuse(condition, kind, on, onKind);
    if (refusal) {
      notes.refuse(path, refusal);
      return [];
    }
    return [{ service: on, condition: CONDITIONS[condition] ?? 'started' }];
  });
}

const CONDITIONS: Record<string, Dependency['condition']> = {
  service_healthy: 'healthy',
  service_completed_successfully: 'completed',
};

function refuse(condition: string, kind: ServiceKind, on: string, onKind: ServiceKind): string | undefined {
  if (condition === 'service_completed_successfully' && onKind === 'accessory')
    return `waits until ${on} has ended, which is an accessory, and stays. Wait until it is healthy, or write accessory: false`;
  if (kind === 'accessory' && onKind !== 'accessory')
    return `makes an accessory wait for ${on}, ${onKind === 'one-off' ? 'which runs once in each release' : 'a released service'}: accessories stay while releases come and go. Remove it, or write accessory: false`;
  if (kind === 'one-off' && onKind !== 'accessory' && onKind !== 'one-off')
    return `waits for ${on}, a released service, but runs once before any of them starts. Remove it, or let it wait for an accessory`;
  if (kind === 'released' && onKind === 'background')
    return `waits for ${on}, a background service, which starts only when traffic is switched and which nobody calls. Remove it, or write background: false`;
  return undefined;
}
