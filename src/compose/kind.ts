import type { ServiceKind } from '../model/service';
import type { ComposeService } from './model';
import { type Wishes, wishesFor } from './wishes';

/** How a service takes part: what the manifest says, else an accessory if it has a named volume and is not built. */
export function kindOf(name: string, service: ComposeService, wishes: Wishes): ServiceKind {
  const { accessory = keepsData(service), background } = wishesFor(wishes, name);
  if (accessory) return 'accessory';
  return background ? 'background' : 'released';
}

export const keepsData = (service: ComposeService) => !service.build && namedVolumes(service).length > 0;

const namedVolumes = ({ volumes = [] }: ComposeService) =>
  volumes.filter(({ type, source }) => type === 'volume' && source);
