import type { ContainerState, RestartPolicy } from './container/container';
import type { ProxyCapability } from './host/proxy';
import type { ClaimedAddress } from './host/route-address';
import type { Store } from './container/data';
import type { TargetKind } from './target';
import type { Writer } from './environment/writer';

/** What the targets of an environment report before planning. */

export interface Observed {
  targets: Record<string, ObservedOf[TargetKind]>;
}

/** What every kind of target reports. */
export interface ObservedTarget {
  /** The release that is routed to, and the fencing token of the last change. */
  routes?: { release?: string; counter: number };
}

/** What each kind reports; a kind that is not named reports what all do. */
export interface ObservedOf extends Record<TargetKind, ObservedTarget> {
  docker: ObservedHost;
  swarm: ObservedSwarm;
  kubernetes: ObservedKubernetes;
}

/** What is seen of Docker engines, of one alone and of a swarm: the words of `src/plan/engines`. */
export interface ObservedEngines extends ObservedTarget {
  containers: ObservedContainer[];
  /** The releases that have networks there. */
  networks: string[];
  taken?: ClaimedAddress[];
  composed?: ComposeContainer[];
  /** Containers that write to the data of the releases in question; undefined if not checked. */
  writers?: Writer[];
  volumes?: Record<string, ObservedVolume | false>;
  /** Folders of others, as `/mnt/pg of backup-1`, which may be links to the data in question: the worker cannot see that. */
  unseen?: string[];
  places?: OtherEnvironment[];
}

export interface ObservedHost extends ObservedEngines {
  proxy?: ObservedProxy;
}

/**
 * A swarm has Swarm services where a host has containers: its `containers` are sets, and `composed` are the services of the stack
 * that `docker stack deploy` made. `routes` are those of the edge with the highest fencing token, `volumes` and `writers` those of all nodes
 * that a manager can tell of.
 */
export interface ObservedSwarm extends ObservedEngines {
  containers: ObservedSet[];
  /** The proxy of each edge, by its name; none where it is missing. */
  proxies: Record<string, ObservedProxy>;
}

/** A namespace has Deployments and StatefulSets where a host has containers, and Services where a proxy has routes. */
export interface ObservedKubernetes extends ObservedEngines {
  containers: ObservedSet[];
  /** What leads to a set of instances: a Service, or an HTTPRoute. */
  leads: ObservedLead[];
  /** What others than windlass and the cluster itself have changed, a line each. */
  changed: string[];
}

export interface ObservedLead {
  name: string;
  service: string;
  /** To the instances of this release; undefined where to none. */
  release?: string;
}

/**
 * A Swarm service: `id` is its own, `spec` the hash of its specification, `name` as a container's (`backupName` for what a changed accessory was).
 * It is `running` while any is wanted, `exited` at 0.
 */
export interface ObservedSet extends ObservedContainer {
  /** How many are wanted. */
  count: number;
  tasks: ObservedTask[];
}

/** For people: plans never name tasks or nodes, for they change by healing. */
export interface ObservedTask {
  id: string;
  node: string;
  state: string;
  error?: string;
}

export interface ObservedProxy {
  kind: string;
  can: ProxyCapability[];
  image: string;
  state: string;
  error?: string;
  spec?: string;
  listens: string[];
}

export interface OtherEnvironment {
  app: string;
  environment: string;
  services: string[];
}

export interface ObservedVolume {
  driver: string;
  options: Record<string, string>;
  /** What it really is, as containers that write there are found by it: its name, or the folder that is its device. */
  store?: Store;
}

export interface Writes {
  target: string;
  store: Store;
  /** The name of a volume that really is another place, as one with a device. */
  volume?: string;
}

export interface ComposeContainer {
  id: string;
  name: string;
  service: string;
  image: string;
  state: ObservedContainer['state'];
  restart: RestartPolicy;
  ports: { ip: string; port: number }[];
  networks: string[];
  variables?: Record<string, string>;
  writes?: Writes[];
}

export interface ObservedContainer {
  id: string;
  /** A container is one, and its name has its number; a set says how many it is. */
  count?: number;
  name: string;
  role: 'instance' | 'accessory' | 'kept';
  service: string;
  release: string;
  spec: string;
  image: string;
  state: ContainerState;
  health: 'none' | 'starting' | 'healthy' | 'unhealthy';
  restarts?: number;
  startedAt?: string;
  restart: RestartPolicy;
  irreversible?: true;
  ledger?: string;
  /** What others did to it, a sentence after its name. */
  changed?: string;
  writes?: Writes[];
}
