import type { Login } from '../docker/engine';

/**
 * What windlass needs of a swarm, asked through a manager. Every method converges: creating what exists or removing what does not
 * is no error. Errors are `Permanent` or `Transient` (activities/drivers/errors.ts) and name their subject.
 */
export interface Swarm {
  /** The manager that is asked. */
  readonly host: string;
  info(): Promise<ManagerInfo>;
  listNodes(): Promise<NodeState[]>;
  labelNode(id: string, labels: Record<string, string>): Promise<void>;

  listServices(labels: Record<string, string>): Promise<ServiceState[]>;
  inspectService(name: string): Promise<ServiceState | undefined>;
  /** Creates the service, unless the name exists. `login` goes along to the nodes, which pull. */
  createService(spec: ServiceWords, login?: Login): Promise<void>;
  /** Fails (`Transient`, kind `changed-meanwhile`) if it was changed since it was read. */
  updateService(read: ServiceState, spec: ServiceWords, login?: Login): Promise<void>;
  removeService(name: string): Promise<void>;
  /** All that the swarm remembers, newest first. */
  listTasks(services: string[]): Promise<TaskState[]>;
  /** The end of a task's output. */
  taskLogs(task: string, bytes: number): Promise<string>;

  createOverlay(make: { name: string; labels: Record<string, string>; internal?: boolean }): Promise<void>;
  listOverlays(labels: Record<string, string>): Promise<{ id: string; name: string; labels: Record<string, string> }[]>;
  /** Returns whether it is gone: what is in use stays. */
  removeOverlay(name: string): Promise<boolean>;

  /** Their data never changes, so a name that exists is taken for the same. */
  createContent(
    kind: ContentKind,
    make: { name: string; labels: Record<string, string>; data: Buffer },
  ): Promise<string>;
  listContents(kind: ContentKind, labels: Record<string, string>): Promise<{ id: string; name: string }[]>;
  /** What is in use stays. */
  removeContent(kind: ContentKind, id: string): Promise<void>;
}

/** Where Swarm keeps what containers read as files. */
export type ContentKind = 'secrets' | 'configs';

export interface ManagerInfo {
  nodeId: string;
  apiVersion: string;
  version: string;
  isManager: boolean;
  error?: string;
}

export interface NodeState {
  id: string;
  version: number;
  hostname: string;
  address: string;
  role: 'manager' | 'worker';
  /** Answers, and takes tasks. */
  isUp: boolean;
  isActive: boolean;
  isReachableManager: boolean;
  labels: Record<string, string>;
}

/** A service in the engine's own words. */
export interface ServiceWords {
  Name: string;
  Labels: Record<string, string>;
  TaskTemplate: TaskWords;
  Mode: {
    Replicated?: { Replicas: number };
    ReplicatedJob?: { MaxConcurrent: number; TotalCompletions: number };
    Global?: object;
  };
  UpdateConfig?: object;
  EndpointSpec?: object;
}

export interface TaskWords {
  ContainerSpec: Record<string, unknown> & { Image: string; Labels?: Record<string, string> };
  Placement?: { Constraints?: string[] };
  Networks?: { Target: string; Aliases?: string[] }[];
  ForceUpdate?: number;
  [more: string]: unknown;
}

export interface ServiceState {
  id: string;
  name: string;
  version: number;
  labels: Record<string, string>;
  image: string;
  /** How many are wanted; 0 of a job. */
  replicas: number;
  isJob: boolean;
  createdAt: string;
  update?: { state: string; message: string };
  spec: ServiceWords;
}

export interface TaskState {
  id: string;
  service: string;
  slot: number;
  node: string;
  state: string;
  desired: string;
  /** What the swarm says of it: `preparing`, `started`. */
  said: string;
  error?: string;
  exitCode?: number;
  image: string;
  /** When it came into its state. */
  at: string;
  container?: string;
  /** By the ids of networks. */
  addresses: Record<string, string>;
}
