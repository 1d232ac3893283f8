import type { ComposeModel, ComposeService } from '../model';
import type { Diagnostics } from '../diagnostics';

/**
 * Additional names of a service: its `container_name`, because windlass names containers, and the names in
 * other services' `links`. They become aliases on the release's networks.
 */
export function otherNames(name: string, { services = {} }: ComposeModel): string[] {
  const { container_name } = services[name] ?? {};
  const linked = Object.values(services).flatMap(({ links = [] }) =>
    links.map((link) => link.split(':')).flatMap(([service, alias]) => (service === name && alias ? [alias] : [])),
  );
  return [...new Set([...(container_name === undefined ? [] : [container_name]), ...linked])].filter(
    (other) => other !== name,
  );
}

/** Said once, however many services have one. */
export function reportContainerNames({ services = {} }: ComposeModel, notes: Diagnostics): void {
  const named = Object.entries(services).flatMap(([name, { container_name: own }]) =>
    own !== undefined && own !== name ? [{ name, own }] : [],
  );
  const [first] = named;
  if (!first) return;
  notes.tell(
    ['services', first.name, 'container_name'],
    `${named.map(({ own }) => own).join(', ')} ${named.length > 1 ? 'stay names' : 'stays a name'} by which other services call ` +
      `${named.map(({ name }) => name).join(', ')}; the containers themselves are named by windlass. A script that uses one, as with docker exec, finds its container by the labels`,
  );
}

const FIXED = ['ipv4_address', 'ipv6_address'];

/**
 * A fixed address is left out, because each release has its own networks. Refused where another setting
 * contains it, because that would lead nowhere.
 */
export function checkAddresses(name: string, { services = {} }: ComposeModel, at: string[], notes: Diagnostics): void {
  for (const [network, said] of Object.entries(services[name]?.networks ?? {}))
    for (const key of FIXED) {
      const address = said?.[key];
      if (typeof address !== 'string') continue;
      const path = [...at, 'networks', network, key];
      const user = Object.entries(services).find(([, service]) => holds({ ...service, networks: undefined }, address));
      if (user) notes.refuse(path, describeUse(name, address, user));
      else
        notes.tell(
          path,
          `is left out: the engine assigns the address, and services find ${name} by its name, which replaces the address of a host in their settings`,
        );
    }
}

function describeUse(name: string, address: string, [user, service]: [string, ComposeService]): string {
  const isResolver = !holds({ ...service, networks: undefined, dns: undefined }, address);
  if (!isResolver)
    return `is ${address}, which ${user} uses in its settings, but a release has its own networks. Write ${name} there instead of the address, and remove this`;
  return (
    `is ${address}, which ${user} has under dns, where no name can stand, but a release has its own networks. Remove both. ` +
    `If ${user} needs ${name} as its resolver, publish port 53 of ${name} on an address of the host, and write that under dns`
  );
}

function holds(data: unknown, address: string): boolean {
  if (typeof data === 'string') return data.split(/[^0-9a-fA-F.:]+|:(?=\d+\b)/).includes(address);
  return typeof data === 'object' && data !== null && Object.values(data).some((item) => holds(item, address));
}
