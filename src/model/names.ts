/**
 * Every name and label follows from what the thing is, so that a retry finds an earlier attempt's work and two
 * installations never meet. Names have effects: a container in two networks resolves names in the network whose
 * *name sorts first*, and its published port belongs to that network. So the proxy's network is a prefix of the
 * environment's, which is a prefix of the release's.
 */

export interface EnvironmentRef {
  installation: string;
  app: string;
  environment: string;
}

/** The longest name that resolves: one DNS label (RFC 1035, 2.3.4). */
export const LONGEST_NAME = 63;

const join = (...parts: (string | number)[]) => parts.join('-');

/** An installation's proxy, and its home network. */
export const proxyName = (installation: string) => join(installation, 'proxy');
export const proxyNetwork = (installation: string) => installation;
/** The volume with the route files, and its mount path in the proxy. */
export const routesVolume = (installation: string) => join(installation, 'routes');

/** The environment's own network, the home of its accessories. */
export const environmentNetwork = (p: EnvironmentRef) => join(p.installation, p.app, p.environment);

/** A release's copy of a compose network; compose calls the unnamed one `default`. */
export const releaseNetwork = (p: EnvironmentRef, release: string, network: string) =>
  network === 'default' ? join(environmentNetwork(p), release) : join(environmentNetwork(p), release, network);

/**
 * An instance's container; replicas count from 1, and the first has no number. The service's part is cut, and ends with digits of its
 * own, where the whole would not resolve.
 */
export function instanceName(p: EnvironmentRef, release: string, service: string, replica = 1): string {
  const called = (part: string) => join(environmentNetwork(p), release, part, ...(replica === 1 ? [] : [replica]));
  const name = called(service);
  if (name.length <= LONGEST_NAME) return name;
  const room = LONGEST_NAME - called(join('', digitsOf(service))).length;
  return called(room > 0 ? join(service.slice(0, room), digitsOf(service)) : digitsOf(service));
}

/** The number at the end of an instance's name; the first replica has none. */
export function replicaOf(name: string, service: string): number {
  const number = /-(\d+)$/.exec(name)?.[1];
  const isOf = (part: string) => name.endsWith(`-${part}-${number}`);
  return number && (isOf(service) || isOf(digitsOf(service))) ? Number(number) : 1;
}

/** Is this container an instance of the service? */
export const isInstanceOf = (name: string, p: EnvironmentRef, release: string, service: string): boolean =>
  name === instanceName(p, release, service, replicaOf(name, service));

/** Eight digits that tell names apart (FNV-1a, which workflows can compute). */
function digitsOf(text: string): string {
  let hash = 0x811c9dc5;
  for (const sign of text) hash = Math.imul(hash ^ sign.codePointAt(0)!, 0x01000193) >>> 0;
  return hash.toString(16).padStart(8, '0');
}

/** An accessory outlives releases, so its name has none. */
export const accessoryName = (p: EnvironmentRef, service: string) => join(environmentNetwork(p), service);
/** The former container of a recreated accessory, stopped and kept until the commit. */
export const backupName = (p: EnvironmentRef, service: string, release: string) =>
  join(accessoryName(p, service), 'before', release);

/** An environment's compose project, if the manifest names none. */
export const projectName = (app: string, environment: string) => join(app, environment);
/** Compose's own name, so that a project keeps its data when it is taken over and when it leaves. */
export const volumeName = (project: string, volume: string) => `${project}_${volume}`;
export const COMPOSE = {
  project: 'com.docker.compose.project',
  service: 'com.docker.compose.service',
  oneOff: 'com.docker.compose.oneoff',
} as const;
/** The label of what `docker stack deploy` made: the stack's name, which is the project's. */
export const STACK = 'com.docker.stack.namespace';

/** A one-off container; `purpose` is `before-0`, `undo-0`, `verify-2` and so on. */
export const oneOffName = (p: EnvironmentRef, release: string, service: string, purpose: string) =>
  join(environmentNetwork(p), release, service, purpose);

/** The route file, and the prefix of its routers: one per application and environment. */
export const routesName = (p: EnvironmentRef) => join(p.app, p.environment);

/** Repositories in the registry: one per service for images, one for release records and the ledger. */
export const imageRepository = (registry: string, app: string, service: string) => `${registry}/${app}/${service}`;
export const recordRepository = (registry: string, app: string) => `${registry}/${app}/windlass`;
/** Tags only protect their target from the registry's cleaning. */
export const imageTag = (app: string, release: string) => `${app}-${release}`;
export const recordTag = (release: string) => `release-${release}`;

export type ContainerRole = 'instance' | 'accessory' | 'one-off' | 'proxy';

/** Label names; on the engine the key is `<installation>.<word>`. */
export interface LabelWords {
  role: ContainerRole | 'network' | 'volume' | 'file';
  app?: string;
  environment?: string;
  release?: string;
  service?: string;
  step?: string;
  spec?: string;
  kind?: string;
  listens?: string;
  entryPoints?: string;
  irreversible?: 'true';
  shared?: string;
  secrets?: string;
  ledger?: string;
}

/** The labels of a thing windlass creates. */
export function labels(installation: string, words: LabelWords): Record<string, string> {
  const entries = Object.entries(words).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries.map(([word, value]) => [`${installation}.${word}`, String(value)]));
}

/** A thing's labels; undefined when it is not windlass's. */
export function readLabels(installation: string, all: Record<string, string> | undefined): LabelWords | undefined {
  const role = all?.[`${installation}.role`];
  if (!all || !role) return undefined;
  const prefix = `${installation}.`;
  const own = Object.entries(all).filter(([key]) => key.startsWith(prefix));
  return Object.fromEntries(own.map(([key, value]) => [key.slice(prefix.length), value])) as unknown as LabelWords;
}

/** Search attributes in Temporal, all keywords. */
export const SEARCH_ATTRIBUTES = ['WindlassApp', 'WindlassRelease', 'WindlassEnvironment', 'WindlassState'] as const;
export type SearchAttribute = (typeof SEARCH_ATTRIBUTES)[number];

/** Workflow ids; docs/architecture.md section 4. The server admits each one once. */
export const releaseId = (app: string, release: string) => `release/${app}/${release}`;
export const environmentId = (app: string, environment: string) => `environment/${app}/${environment}`;
/** Its description in Temporal, the same for every starter. */
export const environmentSummary = (app: string, environment: string) =>
  `${app} ${environment}: the current release, and one rollout at a time`;
export const rolloutId = (app: string, environment: string) => `rollout/${app}/${environment}`;
export const rollbackId = (app: string, environment: string, n: string) => `rollback/${app}/${environment}/${n}`;
export const bootstrapId = (app: string, environment: string, n: string) => `bootstrap/${app}/${environment}/${n}`;
export const ejectId = (app: string, environment: string, n: string) => `eject/${app}/${environment}/${n}`;
export const forgetId = (app: string, environment: string, n: string) => `forget/${app}/${environment}/${n}`;
export const recoveryId = (app: string, n: string) => `recovery/${app}/${n}`;
export const cleaningId = (app: string, n: string) => `cleaning/${app}/${n}`;
export const inspectionId = (app: string, environment: string, n: string) => `inspection/${app}/${environment}/${n}`;
