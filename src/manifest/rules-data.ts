import { replicasOn } from '../model/host';
import type { Finding } from '../model/path';
import type { Service, Volume } from '../model/service';
import { placeServices } from './placement';
import type { Manifest } from './schema';

/** What the compose files of an environment say of data. */
interface Data {
  services: Service[];
  volumes: Volume[];
}

/**
 * A volume that is there already has one name, whatever the environment: two that share a host would write to the same
 * data. Volumes that windlass makes carry the environment's name.
 */
export function checkData(manifest: Manifest, environments: Record<string, Data>): Finding[] {
  const taken = new Map<string, { environment: string; who: string }>();
  return Object.entries(environments).flatMap(([environment, { services, volumes }]) => {
    const said = manifest.environments[environment];
    if (!said) return [];
    const mounted = externalMounts(services, volumes);
    return placeServices(said, services).flatMap((host) =>
      mounted
        .filter(({ service }) => replicasOn(host, service) > 0)
        .flatMap(({ service, name }): Finding[] => {
          const key = `${host.address} ${name}`;
          const earlier = taken.get(key);
          if (!earlier) taken.set(key, { environment, who: `${service.name} of ${environment}` });
          if (!earlier || earlier.environment === environment) return [];
          return [
            {
              path: ['environments', environment],
              message:
                `mounts the volume ${name} of ${host.name} in ${service.name}, which ${earlier.who} writes to already. ` +
                'Name another one by a variable in the compose file, or mount it read-only',
              atKey: true,
            },
          ];
        }),
    );
  });
}

/** The external volumes that are written to, by the names that they have on the engine. */
function externalMounts(services: Service[], volumes: Volume[]): { service: Service; name: string }[] {
  const external = new Map(volumes.flatMap(({ name, external }) => (external ? [[name, external] as const] : [])));
  return services.flatMap((service) =>
    service.container.mounts.flatMap((mount) => {
      const name = mount.type === 'volume' && !mount.readOnly ? external.get(mount.volume) : undefined;
      return name ? [{ service, name }] : [];
    }),
  );
}
