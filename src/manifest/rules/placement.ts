import { targetsOf, type Placement, replicasOn } from '../../model/target';
import type { Finding, Path } from '../../model/text/path';
import type { Network, Service } from '../../model/service';
import { placeServices, type ServicesByEnvironment, shareNetwork } from '../record/placement';
import type { Manifest, ManifestEnvironment } from '../schema';

/** Checks where services run: names resolve only within a host, because networks end there, and data has one place. */
export function checkPlacement(manifest: Manifest, services: ServicesByEnvironment): Finding[] {
  return placements(manifest, services).flatMap((one) => [...accessoriesOnOneHost(one), ...callsAcrossHosts(one)]);
}

/** An internal network has no route to other hosts, whatever address the accessory has there. */
export function checkReach(
  manifest: Manifest,
  environments: Record<string, { services: Service[]; networks: Network[] }>,
): Finding[] {
  const services = Object.fromEntries(Object.entries(environments).map(([name, { services }]) => [name, services]));
  return placements(manifest, services).flatMap(({ environment, said, placed }) => {
    const internal = new Set(environments[environment]!.networks.flatMap((one) => (one.internal ? [one.name] : [])));
    return pairsApart(placed)
      .filter(([caller, called]) => called.kind === 'accessory' && calls(caller, called.name))
      .filter(([caller]) => caller.networks.every(({ network }) => internal.has(network)))
      .map(([caller, called, host]) => {
        const group = groupOf(said, called.name);
        return {
          path: ['environments', environment, 'groups', ...(group ? [group] : [])],
          message:
            `has ${called.name}, which ${caller.name} on ${host} calls; but ${caller.name} is only in internal networks, which cannot reach other hosts. ` +
            `Add ${caller.name} to a network that is not internal, or run both on the same hosts`,
          atKey: true,
        };
      });
  });
}

/** Legal but surprising: services that share a network but not a host. */
export function reportPlacement(manifest: Manifest, services: ServicesByEnvironment): Finding[] {
  return placements(manifest, services).flatMap(({ environment, placed }) =>
    pairsApart(placed)
      .filter(([caller, called]) => called.kind === 'released' && !calls(caller, called.name))
      .filter(([caller, called], index, all) => !all.slice(0, index).some(([a, b]) => a === called && b === caller))
      .map(([caller, called, host]) => ({
        path: ['environments', environment, 'groups'],
        message: `${caller.name} and ${called.name} share a network but not all hosts: on ${host}, ${caller.name} cannot find ${called.name} by its name`,
        atKey: true,
      })),
  );
}

interface EnvironmentPlacement {
  environment: string;
  said: ManifestEnvironment;
  placed: Placement;
}

const placements = (manifest: Manifest, services: ServicesByEnvironment): EnvironmentPlacement[] =>
  Object.entries(services).flatMap(([environment, some]) => {
    const said = manifest.environments[environment];
    return said ? [{ environment, said, placed: { targets: placeServices(said, some), services: some } }] : [];
  });

function accessoriesOnOneHost({ environment, said, placed }: EnvironmentPlacement): Finding[] {
  return placed.services.flatMap((service): Finding[] => {
    const hosts = targetsOf(placed, service);
    if (service.kind !== 'accessory') return [];
    const grouped = groupOf(said, service.name);
    if (hosts.length > 1)
      return [
        {
          path: ['environments', environment, ...(grouped ? ['groups', grouped] : ['hosts'])],
          message:
            `${grouped ? 'has' : 'are'} ${hosts.length} hosts for ${service.name}, an accessory, which must run on exactly one because it keeps data. ` +
            `Give it a group of one host: groups: { data: { hosts: [${hosts[0]}], services: { ${service.name}: 1 } } }`,
          atKey: true,
        },
      ];
    const count = said.groups[grouped ?? '']?.services[service.name] ?? 1;
    if (count === 1) return [];
    return [
      {
        path: ['environments', environment, 'groups', grouped!, 'services', service.name],
        message: `is ${count}. An accessory keeps data and has one instance`,
      },
    ];
  });
}

function callsAcrossHosts({ environment, said, placed }: EnvironmentPlacement): Finding[] {
  return pairsApart(placed)
    .filter(([caller, called]) => calls(caller, called.name))
    .flatMap(([caller, called, host]): Finding[] => {
      const group = groupOf(said, called.name);
      const path: Path = ['environments', environment, 'groups', ...(group ? [group] : [])];
      const elsewhere = targetsOf(placed, called).join(', ');
      if (called.kind !== 'accessory')
        return [
          {
            path,
            message:
              `runs ${called.name} on ${elsewhere}, and ${caller.name} on ${host} calls it by its name, which resolves only on its own host. ` +
              `Run both on the same hosts, or let ${caller.name} call it through a route`,
            atKey: true,
          },
        ];
      if (group && !said.groups[group]!.address)
        return [
          {
            path,
            message:
              `needs an address, because ${caller.name} on ${host} calls ${called.name} on ${elsewhere}. ` +
              "Write address: and that host's IP address",
            atKey: true,
          },
        ];
      return refuseUnpublished(path, caller, called);
    });
}

function refuseUnpublished(path: Path, caller: Service, { name, container }: Service): Finding[] {
  const isOpen = container.ports.some(({ ip }) => ip === undefined || !/^(127\.|::1$)/.test(ip));
  if (isOpen) return [];
  const is = container.ports.length > 0 ? 'publishes its port on loopback only' : 'publishes no port';
  return [
    {
      path,
      message: `has ${name}, which ${caller.name} on another host calls; but it ${is}. Publish it in the compose file: ports: ["10.0.0.3:5432:5432"]`,
      atKey: true,
    },
  ];
}

/**
 * Services that share a network but not every host: caller, called, and the first host where the name does not
 * resolve.
 */
function pairsApart(placed: Placement): [caller: Service, called: Service, host: string][] {
  const { targets, services } = placed;
  return services.flatMap((caller) =>
    services.flatMap((called) => {
      // Nobody calls a background service, and an accessory calls no released service.
      if (caller === called || called.kind === 'background' || caller.kind === 'accessory') return [];
      const host = targets.find((one) => replicasOn(one, caller) > 0 && replicasOn(one, called) === 0);
      return host && shareNetwork(caller, called) ? [[caller, called, host.name] as [Service, Service, string]] : [];
    }),
  );
}

const groupOf = ({ groups }: ManifestEnvironment, service: string) =>
  Object.keys(groups).find((name) => service in groups[name]!.services);

/** Settings with host names. */
const NAMES_A_HOST = /(HOST|URL|URI|ADDR|SERVER|ENDPOINT|BROKER)/i;

function calls({ dependsOn, container }: Service, name: string): boolean {
  if (dependsOn.some(({ service }) => service === name)) return true;
  const host = new RegExp(`(//|@|^|[\\s,=])${name}:\\d|(//|@)${name}([/:?,]|$)`);
  const settings = Object.entries(container.environment);
  const words = [...(container.command ?? []), ...(container.entrypoint ?? []), ...(container.healthcheck?.test ?? [])];
  return (
    [...settings.map(([, value]) => value), ...words].some((text) => host.test(text)) ||
    settings.some(([key, value]) => NAMES_A_HOST.test(key) && value.split(/[,\s]+/).includes(name))
  );
}
