import type { ServiceKind } from '../../model/service';
import { keepsData } from '../mounts/data';
import type { ComposeService } from '../model';
import { type ComposeOverrides, overridesFor } from '../overrides';

/** The kind of each service: the manifest's, otherwise inferred from the model. */
export function kindsOf(
  services: Record<string, ComposeService>,
  overrides: ComposeOverrides,
): Record<string, ServiceKind> {
  const awaited = new Set(
    Object.values(services).flatMap(({ depends_on = {} }) =>
      Object.keys(depends_on).filter((name) => depends_on[name]!.condition === 'service_completed_successfully'),
    ),
  );
  return Object.fromEntries(
    Object.entries(services).map(([name, service]) => [name, kindOf(name, service, awaited.has(name), overrides)]),
  );
}

function kindOf(name: string, service: ComposeService, isAwaited: boolean, overrides: ComposeOverrides): ServiceKind {
  const { accessory, background, completes } = overridesFor(overrides, name);
  if (accessory) return 'accessory';
  if (isAwaited || completes) return 'one-off';
  if (accessory === undefined && !service.build && keepsData(service, overrides.declared?.[name])) return 'accessory';
  return background ? 'background' : 'released';
}
