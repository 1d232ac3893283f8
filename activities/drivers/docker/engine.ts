import type { Readable } from 'node:stream';
import type { RestartPolicy } from '../../../src/model/observed';

/**
 * What windlass asks of a Docker engine. Every deed is convergent: making what is there, or removing what is not, is no
 * error. Errors are `Permanent` or `Transient` (see activities/errors.ts), and name the thing that they are about.
 */
export interface Engine {
  /** How people call the host, for messages. */
  readonly host: string;
  info(): Promise<EngineInfo>;

  /** Containers with all of these labels, stopped ones too. */
  listContainers(labels: Record<string, string>): Promise<ContainerState[]>;
  /** Containers that mount this volume, stopped ones too. */
  listUsers(volume: string): Promise<ContainerState[]>;
  inspectContainer(name: string): Promise<ContainerState | undefined>;
  /** Makes the container unless one of that name is there; returns its state. It is not started. */
  createContainer(make: ContainerMake): Promise<ContainerState>;
  /** Puts files into a container, which may be stopped; folders on the way are made. One that is there is replaced. */
  putFiles(name: string, files: FileToPut[]): Promise<void>;
  startContainer(name: string): Promise<void>;
  /** Sends the container's stop signal, then kills after `graceMs` (undefined: the container's own). Keeps it; nothing when it is not there. */
  stopContainer(name: string, graceMs?: number): Promise<void>;
  /** Removes it, running or not, with its anonymous volumes unless they are to stay; nothing when it is not there. */
  removeContainer(name: string, options?: { keepVolumes: boolean }): Promise<void>;
  /** Calls it otherwise; it keeps its networks and what it is. */
  renameContainer(name: string, to: string): Promise<void>;
  /** When the engine starts it again by itself from now on. */
  setRestartPolicy(name: string, policy: RestartPolicy): Promise<void>;
  /** Waits until the container has ended; returns its exit status. One that was never started is an error. */
  waitContainer(name: string, signal?: AbortSignal): Promise<number>;
  /** The last `bytes` (at most) of its output, both streams, as text. */
  logs(name: string, bytes: number): Promise<string>;
  /**
   * Runs a command in a running container. `input` is given to its standard input. A command that cannot be started has
   * exit code 126 or 127; one that outlives `timeoutMs` is `Transient` (kind `timeout`) and goes on in the container.
   */
  exec(name: string, command: string[], options?: ExecOptions): Promise<ExecResult>;

  /** Makes the network unless it is there. */
  createNetwork(make: NetworkMake): Promise<void>;
  listNetworks(labels: Record<string, string>): Promise<{ name: string; labels: Record<string, string> }[]>;
  /** Removes it; nothing when it is not there. Whatever has it among its networks, running or not, is disconnected first. */
  removeNetwork(name: string): Promise<void>;
  /** Joins unless it is joined. */
  connectNetwork(network: string, container: string, aliases: string[]): Promise<void>;
  disconnectNetwork(network: string, container: string): Promise<void>;
  /**
   * A container that does not run leaves its networks that are gone, and joins those that were made anew since: the engine
   * would not start it. Nothing for one that has none such.
   */
  mendNetworks(container: string): Promise<void>;

  /** Undefined when it is not there. */
  inspectVolume(name: string): Promise<{ labels: Record<string, string> } | undefined>;
  /** Makes the volume unless it is there; one that is there stays as it is. */
  createVolume(make: VolumeMake): Promise<void>;

  /** Is there a file or a folder at this absolute path of the host? Nothing is made to find it out. */
  hasPath(path: string): Promise<boolean>;

  /** Is this image (by `repository@sha256:…`, tag or id) there? Its id if so. */
  imageId(reference: string): Promise<string | undefined>;
  /** The image's own configuration, for its health command. */
  imageHealthcheck(reference: string): Promise<{ test: string[] } | undefined>;
  /** Pulls unless it is there; progress goes to `onProgress` a line at a time. */
  pullImage(reference: string, auth: Login | undefined, watch?: Watch): Promise<void>;
  tagImage(id: string, repository: string, tag: string): Promise<void>;
  /** Pushes a tag and returns the digest of what was pushed. */
  pushImage(repository: string, tag: string, auth: Login | undefined, watch?: Watch): Promise<string>;
  /** Removes the reference; nothing when it is not there. What a container uses stays. */
  removeImage(reference: string): Promise<void>;
  /** Every `repository@digest` that is here below this repository prefix. */
  listImages(repositoryPrefix: string): Promise<string[]>;
  /** The digest that a tag has in its registry now, asked by the engine. */
  resolveDigest(reference: string, auth: Login | undefined): Promise<string>;
  /** Builds from a tar stream and returns the image's id. */
  buildImage(context: Readable, options: BuildOptions, watch?: Watch): Promise<string>;
}

export interface EngineInfo {
  version: string;
  apiVersion: string;
  os: string;
  architecture: string;
  /** Has BuildKit. */
  buildkit: boolean;
  name: string;
  /** Its clock, ISO 8601. */
  time: string;
  /** Where it keeps images and volumes. */
  dataRoot: string;
}

export interface ContainerState {
  id: string;
  name: string;
  labels: Record<string, string>;
  /** The reference that it was created from. */
  image: string;
  state: 'created' | 'running' | 'restarting' | 'paused' | 'exited' | 'dead' | 'removing';
  health: 'none' | 'starting' | 'healthy' | 'unhealthy';
  exitCode?: number;
  oomKilled?: boolean;
  /** Why the engine could not start it, the last time that it tried; nobody told the engine to stop it then. */
  error?: string;
  /** How often the engine has restarted it. */
  restarts: number;
  startedAt?: string;
  /** When the engine starts it again by itself. */
  restart: RestartPolicy;
  /** The volumes that it mounts: where, and what they are called. */
  volumes: { target: string; name: string }[];
  /** network → address in it. */
  networks: Record<string, string>;
  /** `80/tcp` → what it is published as. */
  ports: Record<string, { ip: string; port: number }[]>;
  /** Its health command, from its own configuration or its image's; undefined when it has none. */
  healthTest?: string[];
  healthTimeoutMs?: number;
}

export interface ContainerMake {
  name: string;
  image: string;
  labels: Record<string, string>;
  /** Engine options beyond these, already in the engine's words (HostConfig and all), without networks. */
  config: Record<string, unknown>;
  /** Joined at creation, first one first; the container's home. */
  networks: { name: string; aliases: string[] }[];
}

export interface FileToPut {
  /** Absolute. */
  path: string;
  mode: number;
  /** Root's, where nothing is said. */
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

export interface ExecOptions {
  input?: string;
  user?: string;
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

/** How a long deed tells where it is, and how it is stopped. */
export interface Watch {
  onProgress?: (line: string) => void;
  signal?: AbortSignal;
}
