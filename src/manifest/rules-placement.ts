import { hostsOf, type Placed, replicasOn } from '../model/host';
import type { Finding, Path } from '../model/path';
import type { Network, Service } from '../model/service';
import { placeServices, shareNetwork } from './placement';
import type { ServicesByEnvironment } from './rules-services';
import type { Manifest, ManifestEnvironment } from './schema';

/**
 * What is wrong with where services run. A name is found on its own host alone, for networks end there; and data is in one
 * place.
 */
export function checkPlacement(manifest: Manifest, services: ServicesByEnvironment): Finding[] {
  return placements(manifest, services).flatMap((one) => [...accessoriesOnOneHost(one), ...callsAcrossHosts(one)]);
}

/** From a network that is internal no way leads to another host, whatever address the accessory there has. */
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
            `has ${called.name}, which ${caller.name} on ${host} calls; but ${caller.name} is in internal networks alone, from which no other host is reached. ` +
            `Put ${caller.name} into one more network of the compose file that is not internal, or run both on the same hosts`,
          atKey: true,
        };
      });
  });
}

/** What may be meant so, and may surprise: who shares a network and no host. */
export function tellPlacement(manifest: Manifest, services: ServicesByEnvironment): Finding[] {
  return placements(manifest, services).flatMap(({ environment, placed }) =>
    pairsApart(placed)
      .filter(([caller, called]) => called.kind === 'released' && !calls(caller, called.name))
      .filter(([caller, called], index, all) => !all.slice(0, index).some(([a, b]) => a === called && b === caller))
      .map(([caller, called, host]) => ({
        path: ['environments', environment, 'groups'],
        message: `${caller.name} and ${called.name} share a network and not all hosts: on ${host}, ${caller.name} does not find ${called.name} by its name`,
        atKey: true,
      })),
  );
}

interface Placement {
  environment: string;
  said: ManifestEnvironment;
  placed: Placed;
}

const placements = (manifest: Manifest, services: ServicesByEnvironment): Placement[] =>
  Object.entries(services).flatMap(([environment, some]) => {
    const said = manifest.environments[environment];
    return said ? [{ environment, said, placed: { hosts: placeServices(said, some), services: some } }] : [];
  });

function accessoriesOnOneHost({ environment, said, placed }: Placement): Finding[] {
  return placed.services.flatMap((service): Finding[] => {
    const hosts = hostsOf(placed, service);
    if (service.kind !== 'accessory') return [];
    const grouped = groupOf(said, service.name);
    if (hosts.length > 1)
      return [
        {
          path: ['environments', environment, ...(grouped ? ['groups', grouped] : ['hosts'])],
          message:
            `${grouped ? 'has' : 'are'} ${hosts.length} hosts for ${service.name}, an accessory, which keeps data and so runs on exactly one. ` +
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

function callsAcrossHosts({ environment, said, placed }: Placement): Finding[] {
  return pairsApart(placed)
    .filter(([caller, called]) => calls(caller, called.name))
    .flatMap(([caller, called, host]): Finding[] => {
      const group = groupOf(said, called.name);
      const path: Path = ['environments', environment, 'groups', ...(group ? [group] : [])];
      const elsewhere = hostsOf(placed, called).join(', ');
      if (called.kind !== 'accessory')
        return [
          {
            path,
            message:
              `runs ${called.name} on ${elsewhere}, and ${caller.name} on ${host} calls it by its name, which is found on one host alone. ` +
              `Let both run on the same hosts, or have ${caller.name} call it by a route`,
            atKey: true,
          },
        ];
      if (group && !said.groups[group]!.address)
        return [
          {
            path,
            message:
              `does not say how ${caller.name} on ${host} reaches ${called.name} on ${elsewhere}. ` +
              'Write address: and the IP address by which other hosts reach that one',
            atKey: true,
          },
        ];
      return refuseUnpublished(path, caller, called);
    });
}

/** From another host only a published port is reached, and not one of the loopback. */
function refuseUnpublished(path: Path, caller: Service, { name, container }: Service): Finding[] {
  const isOpen = container.ports.some(({ ip }) => ip === undefined || !/^(127\.|::1$)/.test(ip));
  if (isOpen) return [];
  const is = container.ports.length > 0 ? 'publishes its port for its own machine alone' : 'publishes no port';
  return [
    {
      path,
      message: `has ${name}, which ${caller.name} on another host calls; but it ${is}. Publish it in the compose file, as ports: ["10.0.0.3:5432:5432"]`,
      atKey: true,
    },
  ];
}

/** Who shares a network with whom but not every host: caller, called, and the first host where it would not be found. */
function pairsApart(placed: Placed): [caller: Service, called: Service, host: string][] {
  const { hosts, services } = placed;
  return services.flatMap((caller) =>
    services.flatMap((called) => {
      // Nobody calls a background service, and an accessory calls none that is released.
      if (caller === called || called.kind === 'background' || caller.kind === 'accessory') return [];
      const host = hosts.find((one) => replicasOn(one, caller) > 0 && replicasOn(one, called) === 0);
      return host && shareNetwork(caller, called) ? [[caller, called, host.name] as [Service, Service, string]] : [];
    }),
  );
}

const groupOf = ({ groups }: ManifestEnvironment, service: string) =>
  Object.keys(groups).find((name) => service in groups[name]!.services);

/** Settings whose value is the name of a host. */
const NAMES_A_HOST = /(HOST|URL|URI|ADDR|SERVER|ENDPOINT|BROKER)/i;

/** Does a service call another by name, as far as can be told: it depends on it, or its settings name it as a host? */
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
