/**
 * The output of `docker compose config --format json`, as far as it is used here. Durations are Go's (`1m30s`),
 * sizes are bytes as text, lists and maps are in their long form.
 */
export interface ComposeModel {
  name?: string;
  services?: Record<string, ComposeService>;
  networks?: Record<string, ComposeResource | null>;
  volumes?: Record<string, ComposeResource | null>;
  configs?: Record<string, ComposeFileObject>;
  secrets?: Record<string, ComposeFileObject>;
  [key: string]: unknown;
}

export interface ComposeResource {
  name?: string;
  driver?: string;
  external?: boolean;
  internal?: boolean;
  ipam?: object;
  labels?: Record<string, string>;
  [key: string]: unknown;
}

export interface ComposeFileObject {
  file?: string;
  environment?: string;
  content?: string;
  external?: boolean;
  [key: string]: unknown;
}

export interface ComposeFileReference {
  source: string;
  target?: string;
  uid?: string;
  gid?: string;
  mode?: string | number;
}

export interface ComposeService {
  image?: string;
  build?: ComposeBuild;
  command?: string[] | null;
  entrypoint?: string[] | null;
  environment?: Record<string, string | null>;
  depends_on?: Record<string, { condition: string; required?: boolean; restart?: boolean }>;
  networks?: Record<string, Record<string, unknown> | null>;
  volumes?: ComposeVolume[];
  tmpfs?: string[];
  configs?: ComposeFileReference[];
  secrets?: ComposeFileReference[];
  ports?: ComposePort[];
  expose?: string[];
  healthcheck?: ComposeHealthcheck;
  deploy?: ComposeDeploy;
  extra_hosts?: string[];
  labels?: Record<string, string>;
  links?: string[];
  logging?: { driver?: string; options?: Record<string, string> };
  ulimits?: ComposeUlimits;
  sysctls?: Record<string, string>;
  container_name?: string;
  platform?: string;
  stop_grace_period?: string;
  post_start?: ComposeHook[];
  pre_stop?: ComposeHook[];
  [key: string]: unknown;
}

export interface ComposeBuild {
  context?: string;
  dockerfile?: string;
  args?: Record<string, string | null>;
  labels?: Record<string, string>;
  target?: string;
  network?: string;
  platforms?: string[];
  extra_hosts?: string[];
  dockerfile_inline?: string;
  secrets?: ComposeFileReference[];
  ssh?: string[];
  additional_contexts?: Record<string, string>;
  cache_from?: string[];
  cache_to?: string[];
  entitlements?: string[];
  ulimits?: ComposeUlimits;
  [key: string]: unknown;
}

export interface ComposeHook {
  command?: string[] | null;
  user?: string;
  privileged?: boolean;
  working_dir?: string;
  environment?: Record<string, string | null>;
}

export type ComposeUlimits = Record<string, number | { soft: number; hard: number }>;

export interface ComposeVolume {
  type: string;
  source?: string;
  target: string;
  read_only?: boolean;
  bind?: { propagation?: string; recursive?: string; selinux?: string; create_host_path?: boolean };
  volume?: { nocopy?: boolean; subpath?: string; labels?: Record<string, string> };
  tmpfs?: { size?: string | number; mode?: number };
  image?: { subpath?: string };
}

export interface ComposePort {
  target: number;
  published?: string;
  host_ip?: string;
  protocol?: string;
}

export interface ComposeHealthcheck {
  test?: string[];
  disable?: boolean;
  interval?: string;
  timeout?: string;
  retries?: number;
  start_period?: string;
  start_interval?: string;
}

export interface ComposeDeploy {
  mode?: string;
  replicas?: number;
  resources?: { limits?: ComposeResources; reservations?: ComposeResources };
  restart_policy?: { condition?: string; max_attempts?: number };
  placement?: { constraints?: string[]; preferences?: { spread?: string }[]; max_replicas_per_node?: number };
  [key: string]: unknown;
}

export interface ComposeResources {
  cpus?: number;
  memory?: string;
  pids?: number;
  devices?: unknown[];
  [key: string]: unknown;
}

/** Compose's output with `$$`, its escape, replaced by `$`. */
export function unescapeDollars<T>(data: T): T {
  if (typeof data === 'string') return data.replaceAll('$$', () => '$') as T;
  if (Array.isArray(data)) return data.map((item) => unescapeDollars<unknown>(item)) as T;
  if (typeof data !== 'object' || data === null) return data;
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, unescapeDollars<unknown>(value)])) as T;
}
