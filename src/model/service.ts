/** The services of a release, in plain data: what compose says of each, frozen. Times are milliseconds. */

/** How a service takes part in a release. `accessory`: keeps data and outlives releases. `background`: nobody calls it. */
export type ServiceKind = 'released' | 'background' | 'accessory';

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
  command: string[];
  undo?: string[];
  irreversible?: boolean;
}

/** What the engine needs to make the container. Keys are compose's, in camel case; secrets are references in the text. */
export interface ContainerSpec {
  entrypoint?: string[];
  command?: string[];
  environment: Record<string, string>;
  user?: string;
  workingDir?: string;
  hostname?: string;
  init?: boolean;
  readOnly?: boolean;
  tty?: boolean;
  stdinOpen?: boolean;
  privileged?: boolean;
  capAdd?: string[];
  capDrop?: string[];
  securityOpt?: string[];
  groupAdd?: string[];
  extraHosts?: string[];
  dns?: string[];
  sysctls?: Record<string, string>;
  ulimits?: { name: string; soft: number; hard: number }[];
  shmSizeBytes?: number;
  memoryBytes?: number;
  cpus?: number;
  pidsLimit?: number;
  stopSignal?: string;
  stopGraceMs?: number;
  restart?: 'no' | 'always' | 'unless-stopped' | 'on-failure';
  restartMaxAttempts?: number;
  labels?: Record<string, string>;
  healthcheck?: HealthCheck;
  mounts: Mount[];
  /** Published ports: an accessory's, and with `recreate` those that are no route; else a port becomes a route. */
  ports: PublishedPort[];
  /** Ports that it says it listens on, lowest first: the default of a route. */
  expose: number[];
  logging?: { driver: string; options: Record<string, string> };
}

/** Either a command (as compose's `test`: `CMD`, `CMD-SHELL`) or switched off. */
export interface HealthCheck {
  test?: string[];
  disabled?: boolean;
  intervalMs?: number;
  timeoutMs?: number;
  retries?: number;
  startPeriodMs?: number;
}

export type Mount =
  | { type: 'volume'; volume: string; target: string; readOnly?: boolean }
  | { type: 'tmpfs'; target: string; sizeBytes?: number }
  | { type: 'bind'; source: string; target: string; readOnly?: boolean };

export interface PublishedPort {
  container: number;
  host?: number;
  ip?: string;
  protocol: 'tcp' | 'udp';
}

/** A network of the compose model: each release has its own copy, an external one is joined as it is. */
export interface Network {
  name: string;
  internal?: boolean;
  external?: string;
}

/** A named volume; `external` ones keep the name that they have. */
export interface Volume {
  name: string;
  external?: string;
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
}
