import type { Route, Service } from './service';

/** How an engine is reached: `local` is the worker's own, `unix:///path` another one on its machine, `ssh://user@host`. */
export interface Connection {
  address: string;
  /** `SHA256:…` of the key that the host must show; without it, what the worker's known_hosts says. */
  hostKey?: string;
  /** The host that one goes through. */
  via?: Connection;
}

/** What a place that containers run on is: one Docker engine. */
export interface Target extends Connection {
  kind: 'docker';
  /** How people call it. */
  name: string;
  /** Service → its instances here. Without it: every service, as often as the service says. */
  runs?: Record<string, number>;
  /** Accessory on another host → the IP address by which services here reach it. */
  reaches?: Record<string, string>;
}

/** What runs where: as much of an environment as tells it. */
export interface Placed {
  hosts: Target[];
  services: Service[];
}

/** How many instances of a service run on a host; none for a service that runs elsewhere. */
export const replicasOn = (host: Target, service: Pick<Service, 'name' | 'replicas'>): number =>
  host.runs ? (host.runs[service.name] ?? 0) : service.replicas;

/** The services that run on a host. */
export function servicesOn({ hosts, services }: Placed, name: string): Service[] {
  const host = hosts.find((one) => one.name === name);
  return host ? services.filter((service) => replicasOn(host, service) > 0) : [];
}

/** The names of the hosts that a service runs on, in their order. */
export const hostsOf = ({ hosts }: Pick<Placed, 'hosts'>, service: Pick<Service, 'name' | 'replicas'>): string[] =>
  hosts.filter((host) => replicasOn(host, service) > 0).map(({ name }) => name);

/** Every instance that is to run on a host, and none of what runs once. Replicas count from 1 on each. */
export function instancesOn(placed: Placed, name: string): { service: Service; replica: number }[] {
  const host = placed.hosts.find((one) => one.name === name);
  const lasting = servicesOn(placed, name).filter(({ kind }) => kind !== 'one-off');
  return lasting.flatMap((service) =>
    Array.from({ length: replicasOn(host!, service) }, (_, index) => ({ service, replica: index + 1 })),
  );
}

/** Do requests come in on this host: does anything run there that has a route? */
export const isRoutedOn = (placed: Placed & { routes: Route[] }, name: string): boolean =>
  servicesOn(placed, name).some((service) => placed.routes.some((route) => route.service === service.name));
