import type { ServiceKind } from '../model/service';
import type { ComposeService } from './model';
import type { Notes } from './notes';

const KEYS = ['cgroup', 'ipc', 'pid', 'userns_mode', 'uts'];

/** A namespace of its own, or of the host where two instances do not meet in it; never that of another container. */
export function checkNamespaces(service: ComposeService, kind: ServiceKind, at: string[], notes: Notes): void {
  for (const key of KEYS) {
    const mode = service[key];
    if (typeof mode !== 'string') continue;
    if (/^(service|container):/.test(mode))
      notes.refuse(
        [...at, key],
        `is ${mode}: it would share what belongs to another container, which another release may replace. Remove it`,
      );
    else if (key === 'ipc' && mode === 'host' && kind !== 'accessory')
      notes.refuse(
        [...at, key],
        'is host, in which the old and the new instance would meet. Remove it, or write accessory: true if it stays while releases come and go',
      );
  }
  checkNetworkMode(service, at, notes);
}

function checkNetworkMode(service: ComposeService, at: string[], notes: Notes): void {
  const mode = service['network_mode'];
  if (typeof mode === 'string' && mode !== 'none')
    notes.refuse(
      [...at, 'network_mode'],
      `is ${mode}, but services of a release find each other, and the proxy finds them, in networks of the release's own. Remove it; what ` +
        'a service publishes has a route, or, as an accessory, its port on the host',
    );
}
