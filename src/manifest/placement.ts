import { type Placed, replicasOn, type Target } from '../model/host';
import type { Service } from '../model/service';
import type { ManifestEnvironment } from './schema';

type Said = Pick<ManifestEnvironment, 'hosts' | 'groups'>;

/**
 * The hosts of an environment with what runs on each: a service in a group on the hosts of the group, every other one on
 * all. Without groups nothing is said of it, for then every service runs everywhere.
 */
export function placeServices(said: Said, services: Service[]): Target[] {
  const hosts = said.hosts.map((host): Target => ({ kind: 'docker', ...host }));
  const groups = Object.values(said.groups);
  if (groups.length === 0) return hosts;
  const placed = hosts.map((host) => ({ ...host, runs: runsOn(said, host, services) }));
  return placed.map((host) => {
    const reaches = reachedFrom(said, { hosts: placed, services }, host);
    return Object.keys(reaches).length > 0 ? { ...host, reaches } : host;
  });
}

/** Is this how a group names the host? */
export const isNamed = (host: Pick<Target, 'name' | 'address'>, name: string) =>
  host.name === name || host.address === name;

function runsOn({ groups }: Said, host: Target, services: Service[]): Record<string, number> {
  const all = Object.values(groups);
  const own = all.filter(({ hosts }) => hosts.some((name) => isNamed(host, name)));
  return Object.fromEntries(
    services.flatMap((service) => {
      const isGrouped = all.some((group) => service.name in group.services);
      const count = isGrouped
        ? Math.max(0, ...own.map((group) => group.services[service.name] ?? 0))
        : service.replicas;
      return count > 0 ? [[service.name, count]] : [];
    }),
  );
}

/** The accessories on other hosts that services of a host may call, by all names that they go by. */
function reachedFrom({ groups }: Said, placed: Placed, host: Target): Record<string, string> {
  const here = placed.services.filter((service) => replicasOn(host, service) > 0);
  const away = placed.services.filter((service) => service.kind === 'accessory' && replicasOn(host, service) === 0);
  return Object.fromEntries(
    away.flatMap((accessory) => {
      const address = Object.values(groups).find((group) => accessory.name in group.services)?.address;
      if (!address || !here.some((service) => shareNetwork(service, accessory))) return [];
      const names = [accessory.name, ...accessory.networks.flatMap(({ aliases }) => aliases)];
      return names.map((name) => [name, address]);
    }),
  );
}

export const shareNetwork = (a: Service, b: Service) =>
  a.networks.some(({ network }) => b.networks.some((other) => other.network === network));
