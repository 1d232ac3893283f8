/** What is found on the hosts of an environment, before anything is decided. */

export interface Observed {
  hosts: Record<string, ObservedHost>;
}

export interface ObservedHost {
  /** Instances and accessories of this environment; one-off containers are not among them. */
  containers: ObservedContainer[];
  /** The releases that have networks here. */
  networks: string[];
  /** The release whose routes the proxy serves, and the rollout that set or removed them last. */
  routes?: { release?: string; counter: number };
  /** `error`: why the engine could not start it again. */
  proxy?: { image: string; state: string; error?: string; entryPoints: string[] };
  /** What docker compose made of the environment's project: what windlass takes over, and what it has taken over. */
  composed?: ComposedContainer[];
}

/** A container that docker compose made. */
export interface ComposedContainer {
  /** The first twelve digits of the engine's id. */
  id: string;
  name: string;
  service: string;
  image: string;
  state: ObservedContainer['state'];
  restart: RestartPolicy;
  /** What it publishes on the host. */
  ports: { ip: string; port: number }[];
  networks: string[];
}

export interface ObservedContainer {
  /** The first twelve digits of the engine's id. */
  id: string;
  name: string;
  /** `kept`: an accessory that was made anew, as it was before; it is stopped. */
  role: 'instance' | 'accessory' | 'kept';
  service: string;
  /** The release that made it. */
  release: string;
  /** The hash of the specification that it was made from. */
  spec: string;
  /** `repository@sha256:…` as it was created from. */
  image: string;
  state: 'created' | 'running' | 'restarting' | 'paused' | 'exited' | 'dead' | 'removing';
  /** The engine's verdict; `none` without a health check. */
  health: 'none' | 'starting' | 'healthy' | 'unhealthy';
  /** How often the engine has restarted it. */
  restarts?: number;
  /** ISO 8601. */
  startedAt?: string;
  /** When the engine starts it again by itself. */
  restart: RestartPolicy;
  /** An accessory whose making cannot be undone: nothing but a release makes it anew. */
  irreversible?: true;
}

/** When an engine starts a container again by itself; `times` bounds `on-failure`. */
export interface RestartPolicy {
  name: 'no' | 'always' | 'unless-stopped' | 'on-failure';
  times?: number;
}
