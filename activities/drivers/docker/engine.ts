import type { RestartPolicy } from '../../../src/model/container/container';
import type { BuildContext } from './build/context';
import type { Writes } from '../../../src/model/observed';

/**
 * What windlass needs of a Docker engine. Every method converges: creating what exists or removing what does not is
 * no error. Errors are `Permanent` or `Transient` (activities/drivers/errors.ts) and name their subject.
 */
export interface Engine {
  readonly host: string;
  info(): Promise<EngineInfo>;

  listContainers(labels: Record<string, string>): Promise<ContainerState[]>;
  inspectContainer(name: string): Promise<ContainerState | undefined>;
  /** Creates the container without starting it, unless the name exists. Returns its state. */
  createContainer(make: ContainerMake): Promise<ContainerState>;
  putFiles(name: string, files: FileToPut[]): Promise<void>;
  startContainer(name: string): Promise<void>;
  /**
   * Sends the stop signal, then kills after `graceMs` (default: the container's own). Keeps the
   * container; ignores a missing one.
   */
  stopContainer(name: string, graceMs?: number): Promise<void>;
  removeContainer(name: string): Promise<void>;
  renameContainer(name: string, to: string): Promise<void>;
  setRestartPolicy(name: string, policy: RestartPolicy): Promise<void>;
  /** Waits for the container's end and returns the exit status. Fails if it was never started. */
  waitContainer(name: string, signal?: AbortSignal): Promise<number>;
  logs(name: string, bytes: number): Promise<string>;
  /**
   * Runs a command in a running container with `input` as its standard input. A command that cannot start has exit
   * code 126 or 127; one that exceeds `timeoutMs` is `Transient` (kind `timeout`) and keeps running.
   */
  exec(name: string, command: string[], options?: ExecOptions): Promise<ExecResult>;

  createNetwork(make: NetworkMake): Promise<void>;
  listNetworks(labels: Record<string, string>): Promise<{ name: string; labels: Record<string, string> }[]>;
  removeNetwork(name: string): Promise<void>;
  connectNetwork(network: string, container: string, aliases: string[]): Promise<void>;
  disconnectNetwork(network: string, container: string): Promise<void>;
  /**
   * Disconnects a stopped container from removed networks and connects it to their recreated ones,
   * without which the engine would not start it. Otherwise does nothing.
   */
  repairNetworks(container: string): Promise<void>;

  inspectVolume(name: string): Promise<VolumeState | undefined>;
  /** Creates the volume unless it exists. */
  createVolume(make: VolumeMake): Promise<void>;
  listAll(): Promise<WritingContainer[]>;

  hasPath(path: string): Promise<boolean>;
  /** Where paths of the host lead, links followed; without those that cannot be told. */
  realPaths(paths: string[]): Promise<Record<string, string>>;

  imageId(reference: string): Promise<string | undefined>;
  /** The volumes a local image declares; undefined if it is missing. */
  imageVolumes(reference: string): Promise<string[] | undefined>;
  /** The labels of a local image, which its containers inherit; empty if it is missing. */
  imageLabels(reference: string): Promise<Record<string, string>>;
  /** Pulls the image unless it exists; `onProgress` receives lines. */
  pullImage(reference: string, auth: Login | undefined, watch?: Watch): Promise<void>;
  tagImage(id: string, repository: string, tag: string): Promise<void>;
  pushImage(repository: string, tag: string, auth: Login | undefined, watch?: Watch): Promise<string>;
  /** Removes the reference, unless a container uses it. Ignores a missing one. */
  removeImage(reference: string): Promise<void>;
  /** As `removeImage`, with all tags of the same repository: a tag keeps an unneeded image. */
  removeImageWhole(reference: string): Promise<void>;
  listImages(repositoryPrefix: string): Promise<string[]>;
  /** Asks the image's registry. Fails if that takes longer than `withinMs`. */
  findImage(reference: string, auth: Login | undefined, withinMs?: number): Promise<FoundImage>;
  buildImage(context: BuildContext, options: BuildOptions, watch?: Watch): Promise<string>;
}

export interface FoundImage {
  digest: string;
  /** `linux/amd64`; empty where the registry does not say. */
  platforms: string[];
  /** It is a list with an image for each. */
  isList: boolean;
}

export interface EngineInfo {
  version: string;
  apiVersion: string;
  os: string;
  architecture: string;
  buildkit: boolean;
  name: string;
  time: string;
  dataRoot: string;
}

export interface ContainerState {
  id: string;
  name: string;
  labels: Record<string, string>;
  image: string;
  state: 'created' | 'running' | 'restarting' | 'paused' | 'exited' | 'dead' | 'removing';
  health: 'none' | 'starting' | 'healthy' | 'unhealthy';
  exitCode?: number;
  oomKilled?: boolean;
  error?: string;
  restarts: number;
  startedAt?: string;
  restart: RestartPolicy;
  volumes: { target: string; name: string }[];
  networks: Record<string, string>;
  ports: Record<string, { ip: string; port: number }[]>;
  /** The health command, from its own configuration or its image's; undefined without one. */
  healthTest?: string[];
  healthTimeoutMs?: number;
  /** Its own and its image's variables. They contain secrets, so they never leave the worker. */
  environment?: Record<string, string>;
}

export interface WritingContainer extends Pick<ContainerState, 'id' | 'name' | 'labels' | 'state'> {
  writes: Writes[];
}

export interface ContainerMake {
  name: string;
  image: string;
  labels: Record<string, string>;
  /** Further options in the engine's own terms (HostConfig and so on), without networks. */
  config: Record<string, unknown>;
  networks: { name: string; aliases: string[] }[];
}

export interface FileToPut {
  path: string;
  mode: number;
  /** Defaults to root. */
  uid?: number;
  gid?: number;
  content: Buffer;
}

export interface NetworkMake {
  name: string;
  labels: Record<string, string>;
  internal?: boolean;
  options?: Record<string, string>;
  ipv4?: boolean;
  ipv6?: boolean;
}

export interface VolumeMake {
  name: string;
  labels: Record<string, string>;
  driver?: string;
  options?: Record<string, string>;
}

export interface VolumeState {
  labels: Record<string, string>;
  driver: string;
  options: Record<string, string>;
}

export interface ExecOptions {
  input?: string;
  user?: string;
  privileged?: boolean;
  workingDir?: string;
  env?: Record<string, string>;
  timeoutMs?: number;
  signal?: AbortSignal;
}
export interface ExecResult {
  exitCode: number;
  stdout: string;
  stderr: string;
}

export interface Login {
  username: string;
  password: string;
  serveraddress: string;
}

export interface BuildOptions {
  dockerfile: string;
  args: Record<string, string>;
  labels: Record<string, string>;
  target?: string;
  platform?: string;
  networkMode?: string;
  extraHosts?: string[];
}

export interface Watch {
  onProgress?: (line: string) => void;
  signal?: AbortSignal;
}
