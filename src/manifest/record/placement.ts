import { type DockerHost, type Placement, replicasOn } from '../../model/target';
import type { Service } from '../../model/service';
import type { ManifestEnvironment } from '../schema';

export type ServicesByEnvironment = Record<string, Service[]>;

type WrittenTargets = Pick<ManifestEnvironment, 'hosts' | 'groups'>;

/**
 * The Docker hosts of an environment with their services: a service in a group runs on the group's hosts, any other on
 * all. Without groups, every service runs everywhere.
 */
export function placeServices(said: WrittenTargets, services: Service[]): DockerHost[] {
  const hosts = said.hosts.map((host): DockerHost => ({ kind: 'docker', ...host }));
  const groups = Object.values(said.groups);
  if (groups.length === 0) return hosts;
  const placed = hosts.map((host) => ({ ...host, runs: runsOn(said, host, services) }));
  return placed.map((host) => {
    const reaches = reachedFrom(said, { targets: placed, services }, host);
    return Object.keys(reaches).length > 0 ? { ...host, reaches } : host;
  });
}

/** Does a group mean this host by this name? */
export const isNamed = (host: Pick<DockerHost, 'name' | 'address'>, name: string) =>
  host.name === name || host.address === name;

function runsOn({ groups }: WrittenTargets, host: DockerHost, services: Service[]): Record<string, number> {
  const all = Object.values(groups);
  const own = all.filter(({ hosts }) => hosts.some((name) => isNamed(host, name)));
  return Object.fromEntries(
    services.flatMap((service) => {
      const isGrouped = all.some((group) => Object.hasOwn(group.services, service.name));
      const count = isGrouped
        ? Math.max(0, ...own.map((group) => group.services[service.name] ?? 0))
        : service.replicas;
      return count > 0 ? [[service.name, count]] : [];
    }),
  );
}

function reachedFrom({ groups }: WrittenTargets, placed: Placement, host: DockerHost): Record<string, string> {
  const here = placed.services.filter((service) => replicasOn(host, service) > 0);
  const away = placed.services.filter((service) => service.kind === 'accessory' && replicasOn(host, service) === 0);
  return Object.fromEntries(
    away.flatMap((accessory) => {
      const address = Object.values(groups).find((group) => Object.hasOwn(group.services, accessory.name))?.address;
      if (!address || !here.some((service) => shareNetwork(service, accessory))) return [];
      const names = [accessory.name, ...accessory.networks.flatMap(({ aliases }) => aliases)];
      return names.map((name) => [name, address]);
    }),
  );
}

export const shareNetwork = (a: Service, b: Service) =>
  a.networks.some(({ network }) => b.networks.some((other) => other.network === network));
