import type { Network, NetworkMembership, Volume } from '../model/service';
import { MEMBERSHIP_KEYS, NETWORK_KEYS, VOLUME_KEYS } from './keys';
import type { ComposeModel, ComposeService } from './model';
import type { Notes } from './notes';

/** The networks of a service, in order of name; `also` are further names for it in all of them. */
export function readMemberships(
  service: ComposeService,
  also: string[],
  at: string[],
  notes: Notes,
): NetworkMembership[] {
  return Object.entries(service.networks ?? {})
    .map(([network, said]) => {
      notes.checkKeys(MEMBERSHIP_KEYS, [...at, 'networks', network], said ?? {});
      return { network, aliases: [...((said?.['aliases'] as string[] | undefined) ?? []), ...also] };
    })
    .sort((a, b) => (a.network < b.network ? -1 : 1));
}

const BRIDGE_NAME = 'com.docker.network.bridge.name';

/** The networks of the model. */
export function readNetworks(model: ComposeModel, notes: Notes): Network[] {
  return Object.entries(model.networks ?? {}).map(([name, said]): Network => {
    const network = said ?? {};
    const at = ['networks', name];
    notes.checkKeys(NETWORK_KEYS, at, network);
    if (network.external) {
      notes.tell(
        [...at, 'external'],
        'is joined as it is, by two releases at once: a name that both have there leads to either of them',
      );
      return { name, external: network.name ?? name };
    }
    if (network.driver && network.driver !== 'bridge')
      notes.refuse(
        [...at, 'driver'],
        `is ${network.driver}. Expected bridge, or external: true for a network that is there already`,
      );
    if (Object.keys(network.ipam ?? {}).length > 0)
      notes.refuse(
        [...at, 'ipam'],
        'fixes addresses, which the copies of two releases cannot both have. Remove it; services find each other by name',
      );
    const options = (network['driver_opts'] ?? {}) as Record<string, string>;
    if (options[BRIDGE_NAME] !== undefined)
      notes.refuse(
        [...at, 'driver_opts', BRIDGE_NAME],
        'names the bridge, which the copies of two releases cannot both have. Remove it',
      );
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

/** The named volumes of the model. */
export function readVolumes(model: ComposeModel, notes: Notes): Volume[] {
  return Object.entries(model.volumes ?? {}).map(([name, said]): Volume => {
    const volume = said ?? {};
    const at = ['volumes', name];
    notes.checkKeys(VOLUME_KEYS, at, volume);
    if (volume.external) return { name, external: volume.name ?? name };
    // Without a name of its own, compose names it PROJECT_VOLUME.
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
