import type { ContainerSpec } from './container/container';

/** The services of a release: frozen compose services. Times are milliseconds. */

/**
 * A service's role. `accessory`: keeps data and outlives releases. `background`: nobody calls it. `one-off`:
 * runs to its end once per release and environment, before the switch.
 */
export type ServiceKind = 'released' | 'background' | 'accessory' | 'one-off';

export interface Service {
  name: string;
  kind: ServiceKind;
  /** `repository@sha256:…`; never a tag. */
  image: string;
  /** Of what is built: a hash of everything that it was built from, but for what that begins from. */
  sources?: string;
  replicas: number;
  dependsOn: Dependency[];
  /** Its compose networks, sorted by name; `default` is the unnamed one. */
  networks: NetworkMembership[];
  container: ContainerSpec;
  before: OneOff[];
  irreversible?: true;
  shared?: string[];
  healthyWithinMs: number;
  drainMs: number;
  /** Of `deploy.placement`, where an orchestrator chooses the node. */
  placement?: NodePlacement;
}

export interface NodePlacement {
  /** `node.labels.disk == ssd` */
  constraints?: string[];
  /** What to spread over: `node.labels.zone`. */
  spread?: string[];
  maxPerNode?: number;
  /** Reserved for each instance. */
  cpus?: number;
}

export interface Dependency {
  service: string;
  condition: 'started' | 'healthy' | 'completed';
}

export interface NetworkMembership {
  network: string;
  aliases: string[];
}

/** A command that runs once per release and environment. It has an undo or is irreversible. */
export interface OneOff {
  command: string[];
  undo?: string[];
  irreversible?: boolean;
}

export interface Network {
  name: string;
  internal?: boolean;
  external?: string;
  options?: Record<string, string>;
  labels?: Record<string, string>;
  ipv4?: boolean;
  ipv6?: boolean;
}

/** A named volume; `external` ones keep their name. */
export interface Volume {
  name: string;
  called?: string;
  external?: string;
  driver?: string;
  options?: Record<string, string>;
  labels?: Record<string, string>;
}

export interface Route {
  service: string;
  host: string;
  path: string;
  port: number;
  https?: true;
  /** The container's protocol, HTTP/1.1 by default. `h2c`: HTTP/2 without TLS, as for gRPC. `tcp`: anything. */
  protocol?: 'h2c' | 'tcp';
}

/** A route as the manifest writes it: the compose file may say the port, and HTTP/1.1 may be named. */
export type RouteOverride = Omit<Route, 'port' | 'protocol'> & { port?: number; protocol?: 'http' | 'h2c' | 'tcp' };
