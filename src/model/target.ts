import type { Route, Service } from './service';

/** An engine's connection: `local` is the worker's, `unix:///path` another on its machine, `ssh://user@host`. */
export interface Connection {
  address: string;
  /** The fingerprint the host must present, `SHA256:…`; default: the worker's known_hosts. */
  hostKey?: string;
  via?: Connection;
}

interface BaseTarget {
  name: string;
  /** Service → its instances here. Default: every service, with its own number of replicas. */
  runs?: Record<string, number>;
}

export interface DockerHost extends BaseTarget, Connection {
  kind: 'docker';
  reaches?: Record<string, string>;
}

/** A node of a swarm, by the name that people see. */
export interface SwarmNode extends Connection {
  name: string;
}

/** A Docker swarm, asked and changed by whichever manager answers. */
export interface SwarmTarget extends BaseTarget {
  kind: 'swarm';
  managers: SwarmNode[];
  /** The nodes with a proxy. */
  edge: SwarmNode[];
}

/** One namespace of a Kubernetes cluster. */
export interface KubernetesTarget extends BaseTarget {
  kind: 'kubernetes';
  /** A file of the worker; default: the worker's own (`KUBECONFIG`, `~/.kube/config`). */
  kubeconfig?: string;
  /** The context in it; default: its current one. */
  context?: string;
  /** The worker runs in the cluster, and uses its service account. */
  inCluster?: true;
  namespace: string;
  /** How traffic moves: by the selectors of Services that the team's Ingress leads to, or by HTTPRoutes of this Gateway. */
  route: 'service' | { gateway: string; namespace?: string };
  /** A drained node takes one pod of a service at a time. */
  disruptionBudgets?: true;
  /** Only the environment's own pods reach its pods, and everybody a routed port. */
  networkPolicies?: true;
}

/**
 * What an environment deploys to. To add a kind: a variant here, a planner in `src/plan/targets/`, a driver in
 * `activities/targets/`, its key in `src/manifest/targets.ts`, its answers in `src/compose/answers/`; a missing one does
 * not compile. `npm run new target NAME` makes them all.
 */
export type Target = DockerHost | SwarmTarget | KubernetesTarget;
export type TargetKind = Target['kind'];
export type TargetOf<Kind extends TargetKind> = Extract<Target, { kind: Kind }>;

/** The kind where nothing else is said. */
export const USUAL_KIND: TargetKind = 'docker';

/** Where a target is, for policies and people; a kind without an address is named by itself: `kind:name`. */
export function connectionsOf(target: Target): Connection[] {
  const { kind, name } = target;
  if ('managers' in target) return [...target.managers, ...target.edge].filter(isFirst);
  if ('namespace' in target) return [{ address: `${kind}:${clusterOf(target)}/${target.namespace}` }];
  return ['address' in target ? target : { address: `${kind}:${name}` }];
}

/** The cluster as the worker finds it: a context, a file of the worker and perhaps a context in it, or the one that it runs in. */
export const clusterOf = ({ kubeconfig, context, inCluster }: KubernetesTarget): string =>
  inCluster ? 'in-cluster' : [kubeconfig, context].filter(Boolean).join(':') || 'current';

const isFirst = (one: Connection, at: number, all: Connection[]) =>
  all.findIndex((other) => isSameConnection(one, other)) === at;

const isSameConnection = (one: Connection | undefined, other: Connection | undefined): boolean =>
  one === other ||
  (one?.address === other?.address && one?.hostKey === other?.hostKey && isSameConnection(one?.via, other?.via));

export interface Placement {
  targets: Target[];
  services: Service[];
}

/** A service's instances on a target; 0 if it runs elsewhere. */
export const replicasOn = (target: Target, service: Pick<Service, 'name' | 'replicas'>): number =>
  target.runs ? (target.runs[service.name] ?? 0) : service.replicas;

export function servicesOn({ targets, services }: Placement, name: string): Service[] {
  const target = targets.find((one) => one.name === name);
  return target ? services.filter((service) => replicasOn(target, service) > 0) : [];
}

/** The targets of a service, in order. */
export const targetsOf = (
  { targets }: Pick<Placement, 'targets'>,
  service: Pick<Service, 'name' | 'replicas'>,
): string[] => targets.filter((target) => replicasOn(target, service) > 0).map(({ name }) => name);

/** Every instance on a target, without one-off services. Replicas count from 1 on each target. */
export function instancesOn(placed: Placement, name: string): { service: Service; replica: number }[] {
  const target = placed.targets.find((one) => one.name === name);
  const lasting = servicesOn(placed, name).filter(({ kind }) => kind !== 'one-off');
  return lasting.flatMap((service) =>
    Array.from({ length: replicasOn(target!, service) }, (_, index) => ({ service, replica: index + 1 })),
  );
}

/** Does a target receive requests: does a routed service run there? */
export const isRoutedOn = (placed: Placement & { routes: Route[] }, name: string): boolean =>
  servicesOn(placed, name).some((service) => placed.routes.some((route) => route.service === service.name));
