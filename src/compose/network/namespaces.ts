import type { ServiceKind } from '../../model/service';
import type { ComposeModel, ComposeService } from '../model';
import type { Diagnostics } from '../diagnostics';

const KEYS = ['cgroup', 'ipc', 'pid', 'userns_mode', 'uts'];

/** Its own namespace, or the host's where two instances cannot conflict in it; never another container's. */
export function checkNamespaces(service: ComposeService, kind: ServiceKind, at: string[], notes: Diagnostics): void {
  for (const key of KEYS) {
    const mode = service[key];
    if (typeof mode !== 'string') continue;
    if (/^(service|container):/.test(mode))
      notes.refuse(
        [...at, key],
        `is ${mode}: it would share another container's namespace, which a release may replace. Remove it`,
      );
    else if (key === 'ipc' && mode === 'host' && kind !== 'accessory')
      notes.refuse(
        [...at, key],
        'is host, where the old and the new instance would conflict. Remove it, or write accessory: true if it outlives releases',
      );
  }
}

interface Reach {
  kind: ServiceKind;
  routed?: number[];
  sideBySide: boolean;
  replicas: number;
  kinds: Record<string, ServiceKind>;
  before: number;
}

/**
 * The network of the host, where no two instances meet in it and no route leads; that of another released service; none at all; never
 * that of a container that is no service.
 */
export function checkNetworkMode(service: ComposeService, reach: Reach, at: string[], notes: Diagnostics): void {
  const mode = service['network_mode'];
  if (typeof mode !== 'string' || mode === 'none') return;
  const other = serviceOfNetwork(mode);
  const refusal =
    mode === 'host' ? refuseHost(reach) : other ? refuseJoining(other, reach) : `is ${mode}, ${NOT_ITS_OWN}`;
  if (refusal) notes.refuse([...at, 'network_mode'], refusal);
  else
    notes.tell(
      [...at, 'network_mode'],
      other
        ? `is ${mode}: it is reached by the name, the ports and the routes of ${other}, and has no network while ${other} is started again`
        : 'is host: the service listens on the host, has no name on networks, and reaches others only by their published ports',
    );
}

/** The service whose network another one is in: `service:vpn` → `vpn`. */
export const serviceOfNetwork = (mode: unknown): string | undefined =>
  typeof mode === 'string' && mode.startsWith('service:') ? mode.slice('service:'.length) : undefined;

/** Both have one instance for each release, so that it is clear whose network it is. */
function refuseJoining(other: string, { kind, kinds, routed, replicas, before }: Reach): string | undefined {
  const way = `In windlass.yaml write`;
  if (routed)
    return `is service:${other}, and so has no address of its own. ${way} its route for ${other}, with the port`;
  if (kind === 'accessory' || kind === 'one-off' || !['released', 'background'].includes(kinds[other] ?? ''))
    return `is service:${other}, but a network is shared by services that are released together. ${way} accessory: false for both`;
  if (replicas > 1) return `is service:${other}, but it has ${replicas} instances. Write replicas: 1`;
  if (before > 0)
    return `is service:${other}, which does not run yet when a command under before does. ${way} it for ${other}`;
  return undefined;
}

const NOT_ITS_OWN =
  "but the proxy and other services find it only in the release's own networks. Remove it; a published port becomes a " +
  "route, or an accessory's port on the host";

function refuseHost({ kind, routed, sideBySide, replicas }: Reach): string | undefined {
  if (routed) return 'is host, where the proxy cannot find the service. Remove it, or remove the route';
  if (kind === 'accessory' || kind === 'one-off' || (!sideBySide && replicas === 1)) return undefined;
  return (
    'is host, where the old and the new instance would conflict. Write strategy: recreate (an outage, because the old instance stops first) with ' +
    'replicas: 1, or accessory: true if it outlives releases'
  );
}

/** The bridge shared by all containers of a host is ignored: the service joins the release's default network. */
export function settleNetworkModes(model: ComposeModel, notes: Diagnostics): ComposeModel {
  const services = Object.entries(model.services ?? {});
  const isBridge = ({ network_mode: mode }: ComposeService) => mode === 'bridge' || mode === 'default';
  if (!services.some(([, service]) => isBridge(service))) return model;
  const settled = services.map(([name, service]) => {
    if (!isBridge(service)) return [name, service] as const;
    notes.tell(
      ['services', name, 'network_mode'],
      "is ignored: the service joins the release's default network, where others find it by its name",
    );
    return [name, { ...service, network_mode: undefined, networks: { default: null } }] as const;
  });
  return { ...model, services: Object.fromEntries(settled), networks: { default: {}, ...model.networks } };
}
