import type { Dependency, ServiceKind } from '../../model/service';
import type { ComposeService } from '../model';
import type { Diagnostics } from '../diagnostics';

/** What a service waits for. `kinds` has all services of the model. */
export function readDependencies(
  service: ComposeService,
  kind: ServiceKind,
  kinds: Record<string, ServiceKind>,
  at: string[],
  notes: Diagnostics,
): Dependency[] {
  return Object.entries(service.depends_on ?? {}).flatMap(([on, { condition, required }]): Dependency[] => {
    const path = [...at, 'depends_on', on];
    const onKind = kinds[on];
    if (!onKind) {
      // Compose refuses unknown services; this one belongs to an inactive profile.
      if (required !== false)
        notes.refuse(
          path,
          `depends on ${on}, which no active profile enables. Add its profile to COMPOSE_PROFILES under variables, or write required: false`,
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
    return `waits for the end of ${on}, an accessory that keeps running. Wait until it is healthy, or write accessory: false`;
  if (kind === 'accessory' && onKind !== 'accessory')
    return `makes an accessory wait for ${on}, ${onKind === 'one-off' ? 'which runs once in each release' : 'a released service'}. Accessories outlive releases: remove it, or write accessory: false`;
  if (kind === 'one-off' && onKind !== 'accessory' && onKind !== 'one-off')
    return `waits for ${on}, a released service, but runs before any of them starts. Remove it, or make it wait for an accessory`;
  if (kind === 'released' && onKind === 'background')
    return `waits for ${on}, a background service, which starts only at the switch. Remove it, or write background: false`;
  return undefined;
}
