import type { ServiceKind } from '../model/service';
import type { ComposeService } from './model';
import { type Wishes, wishesFor } from './wishes';

/** How each service takes part: what the manifest says, else what the model shows. */
export function kindsOf(services: Record<string, ComposeService>, wishes: Wishes): Record<string, ServiceKind> {
  const awaited = new Set(
    Object.values(services).flatMap(({ depends_on = {} }) =>
      Object.keys(depends_on).filter((name) => depends_on[name]!.condition === 'service_completed_successfully'),
    ),
  );
  return Object.fromEntries(
    Object.entries(services).map(([name, service]) => [name, kindOf(name, service, awaited.has(name), wishes)]),
  );
}

/** One that others wait for until it has ended runs once; one with a named volume and nothing to build keeps data. */
function kindOf(name: string, service: ComposeService, isAwaited: boolean, wishes: Wishes): ServiceKind {
  const { accessory, background } = wishesFor(wishes, name);
  if (accessory) return 'accessory';
  if (isAwaited) return 'one-off';
  if (accessory === undefined && keepsData(service)) return 'accessory';
  return background ? 'background' : 'released';
}

export const keepsData = (service: ComposeService) => !service.build && namedVolumes(service).length > 0;

const namedVolumes = ({ volumes = [] }: ComposeService) =>
  volumes.filter(({ type, source }) => type === 'volume' && source);
