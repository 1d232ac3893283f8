import type { ContainerSpec } from './container';

/** The services of a release, in plain data: what compose says of each, frozen. Times are milliseconds. */

/**
 * How a service takes part in a release. `accessory`: keeps data and outlives releases. `background`: nobody calls it.
 * `one-off`: runs to its end, once in each release and environment, before the switch.
 */
export type ServiceKind = 'released' | 'background' | 'accessory' | 'one-off';

export interface Service {
  name: string;
  kind: ServiceKind;
  /** `repository@sha256:…`; never a tag. */
  image: string;
  replicas: number;
  dependsOn: Dependency[];
  /** Names of the compose networks that it is in, in order of name; `default` is the unnamed one. */
  networks: NetworkMembership[];
  container: ContainerSpec;
  /** Commands that run once before the switch, from this service's new image. */
  before: OneOff[];
  /** Of an accessory: that it was made anew cannot be undone. */
  irreversible?: true;
  /** How long a new instance may take to become healthy. */
  healthyWithinMs: number;
  /** How long requests in flight may take to end before an old instance is stopped. */
  drainMs: number;
}

export interface Dependency {
  service: string;
  condition: 'started' | 'healthy' | 'completed';
}

export interface NetworkMembership {
  network: string;
  /** Other names for it there; its service name always is one. */
  aliases: string[];
}

/** A command that runs once in each release and environment. It either can be undone, or says that it cannot. */
export interface OneOff {
  /** Empty: the service's own. */
  command: string[];
  undo?: string[];
  irreversible?: boolean;
}

/** A network of the compose model: each release has its own copy, an external one is joined as it is. */
export interface Network {
  name: string;
  internal?: boolean;
  external?: string;
  /** Of its driver, which is the bridge. */
  options?: Record<string, string>;
  labels?: Record<string, string>;
  /** False: it has no addresses of that kind. */
  ipv4?: boolean;
  ipv6?: boolean;
}

/** A named volume; `external` ones keep the name that they have, others may have one of their own. */
export interface Volume {
  name: string;
  /** Instead of PROJECT_VOLUME. */
  called?: string;
  external?: string;
  driver?: string;
  options?: Record<string, string>;
  labels?: Record<string, string>;
}

/** Where requests for a service come in. */
export interface Route {
  service: string;
  /** The name in the request, as `shop.example.com`. */
  host: string;
  /** Requests whose path begins with this. */
  path: string;
  /** The port of the container. */
  port: number;
  /** Requests come in by HTTPS; plain ones are sent there. */
  https?: true;
}
