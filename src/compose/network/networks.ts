import type { Network, NetworkMembership, Volume } from '../../model/service';
import type { ComposeModel, ComposeService } from '../model';
import type { Diagnostics } from '../diagnostics';

/** The networks of a service, sorted by name; `also` are additional aliases in all of them. */
export function readMemberships(
  service: ComposeService,
  also: string[],
  at: string[],
  notes: Diagnostics,
): NetworkMembership[] {
  return Object.entries(service.networks ?? {})
    .map(([network, said]) => {
      notes.checkKeys('membership', [...at, 'networks', network], said ?? {});
      return { network, aliases: [...((said?.['aliases'] as string[] | undefined) ?? []), ...also] };
    })
    .sort((a, b) => (a.network < b.network ? -1 : 1));
}

const BRIDGE_NAME = 'com.docker.network.bridge.name';

export function readNetworks(model: ComposeModel, notes: Diagnostics): Network[] {
  return Object.entries(model.networks ?? {}).map(([name, said]): Network => {
    const network = said ?? {};
    const at = ['networks', name];
    notes.checkKeys('network', at, network);
    if (network.external) {
      notes.tell(
        [...at, 'external'],
        'is joined by two releases at once: a name that both use there leads to either of them',
      );
      return { name, external: network.name ?? name };
    }
    const { networkDrivers } = notes.answers;
    if (network.driver && !networkDrivers.includes(network.driver))
      notes.refuse(
        [...at, 'driver'],
        `is ${network.driver}. Expected ${networkDrivers[0]}, or external: true for an existing network`,
      );
    const options = (network['driver_opts'] ?? {}) as Record<string, string>;
    if (options[BRIDGE_NAME] !== undefined)
      notes.refuse([...at, 'driver_opts', BRIDGE_NAME], 'names the bridge, which two releases cannot share. Remove it');
    return {
      name,
      ...(network.internal === true && { internal: true }),
      ...(Object.keys(options).length > 0 && { options }),
      ...(network.labels && { labels: network.labels }),
      ...(network['enable_ipv4'] === false && { ipv4: false }),
      ...(network['enable_ipv6'] === true && { ipv6: true }),
    };
  });
}

export function readVolumes(model: ComposeModel, notes: Diagnostics): Volume[] {
  return Object.entries(model.volumes ?? {}).map(([name, said]): Volume => {
    const volume = said ?? {};
    const at = ['volumes', name];
    notes.checkKeys('volume', at, volume);
    if (volume.external) return { name, external: volume.name ?? name };
    // Compose's default name is PROJECT_VOLUME.
    const isOwn = volume.name !== undefined && volume.name !== `${model.name}_${name}`;
    const options = volume['driver_opts'] as Record<string, string> | undefined;
    return {
      name,
      ...(isOwn && { called: volume.name }),
      ...(volume.driver && { driver: volume.driver }),
      ...(options && { options }),
      ...(volume.labels && { labels: volume.labels }),
    };
  });
}
