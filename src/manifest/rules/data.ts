import { replicasOn } from '../../model/target';
import { isOfNetwork, isPath, type Keeping, overlap, storesOf } from '../../model/container/data';
import type { Finding } from '../../model/text/path';
import type { Service, Volume } from '../../model/service';
import { projectOf } from '../record/assemble';
import { placeServices } from '../record/placement';
import type { Manifest } from '../schema';

interface Data {
  services: Service[];
  volumes: Volume[];
}

interface ClaimedData extends Keeping {
  /** Of the host; of a network's volume, which is the same on all, none. */
  address: string;
  environment: string;
  host: string;
  service: string;
  shared: boolean;
}

/**
 * A host folder, or a volume with a fixed name, is shared by all environments on a host, which would write to
 * the same data. Volumes named by windlass contain the environment's name.
 */
export function checkData(manifest: Manifest, environments: Record<string, Data>): Finding[] {
  const taken: ClaimedData[] = [];
  return Object.entries(environments).flatMap(([environment, data]) => {
    const found = takenBy(manifest, environment, data);
    const findings = found.flatMap((one): Finding[] => {
      const earlier = taken.find((other) => other.address === one.address && overlap(other.store, one.store));
      if (!earlier || (earlier.shared && one.shared)) return [];
      return [
        {
          path: ['environments', environment],
          message:
            `mounts the ${isPath(one.store) ? 'folder' : 'volume'} ${one.store} of ${one.host} in ${one.service}, which ${earlier.service} of ${earlier.environment} already writes to. ` +
            'Use a variable for its name in the compose file, or mount it read-only',
          atKey: true,
        },
      ];
    });
    taken.push(...found);
    return [...findings, ...onSeveralHosts(environment, found)];
  });
}

/** A service that does not share its volume of the network runs on one host. */
function onSeveralHosts(environment: string, found: ClaimedData[]): Finding[] {
  return found
    .filter(({ store, shared }) => isOfNetwork(store) && !shared)
    .flatMap(({ service, store, said, host }, index, all): Finding[] => {
      const others = all.filter((one) => one.service === service && one.store === store);
      if (others.length < 2 || all.indexOf(others[0]!) !== index) return [];
      const hosts = others.map((one) => one.host).join(', ');
      const message =
        `are several for ${service} (${hosts}), which would all write to its volume ${said} of the network (${store}). ` +
        `Give it a group of one host: groups: { data: { hosts: [${host}], services: { ${service}: 1 } } }; or declare ${said} shared under services.${service}.volumes`;
      return [{ path: ['environments', environment, 'hosts'], message, atKey: true }];
    });
}

function takenBy(manifest: Manifest, environment: string, { services, volumes }: Data): ClaimedData[] {
  const said = manifest.environments[environment];
  if (!said) return [];
  const names = { project: projectOf(manifest.app, environment, said), volumes };
  return placeServices(said, services).flatMap((host) =>
    services
      .filter((service) => replicasOn(host, service) > 0)
      .flatMap((service) =>
        storesOf(names, service).map((one) => ({
          ...one,
          address: isOfNetwork(one.store) ? '' : host.address,
          environment,
          host: host.name,
          service: service.name,
          shared: service.shared?.includes(one.said) ?? false,
        })),
      ),
  );
}
