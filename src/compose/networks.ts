import type { Network, NetworkMembership, Volume } from '../model/service';
import { NETWORK_KEYS, VOLUME_KEYS } from './keys';
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
      for (const key of Object.keys(said ?? {}))
        if (key !== 'aliases')
          notes.refuse(
            [...at, 'networks', network, key],
            'fixes what two instances beside each other cannot share, or what the engine decides. Remove it; services find each other by name',
          );
      return { network, aliases: [...((said?.['aliases'] as string[] | undefined) ?? []), ...also] };
    })
    .sort((a, b) => (a.network < b.network ? -1 : 1));
}

/** The networks of the model. */
export function readNetworks(model: ComposeModel, notes: Notes): Network[] {
  return Object.entries(model.networks ?? {}).map(([name, said]): Network => {
    const network = said ?? {};
    const at = ['networks', name];
    notes.checkKeys(NETWORK_KEYS, at, network);
    if (network.external) return { name, external: network.name ?? name };
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
    return { name, ...(network.internal === true && { internal: true }) };
  });
}

/** The named volumes of the model. */
export function readVolumes(model: ComposeModel, notes: Notes): Volume[] {
  return Object.entries(model.volumes ?? {}).map(([name, said]): Volume => {
    const volume = said ?? {};
    const at = ['volumes', name];
    notes.checkKeys(VOLUME_KEYS, at, volume);
    if (volume.external) return { name, external: volume.name ?? name };
    if (volume.driver && volume.driver !== 'local')
      notes.refuse(
        [...at, 'driver'],
        `is ${volume.driver}. Expected local, or external: true for a volume that is there already`,
      );
    // Without a name of its own, compose names it PROJECT_VOLUME.
    if (volume.name !== `${model.name}_${name}`)
      notes.tell(
        [...at, 'name'],
        `is not taken over: the volume is named after application and environment. To use one that is there already, write external: true`,
      );
    return { name };
  });
}
