/**
 * Every name and label that windlass gives follows from what the thing is, so that a retry finds what an earlier
 * attempt made, and two installations never meet. Names decide more than they seem to: a container in two networks
 * resolves a name in the network whose *name sorts first*, and its published port belongs to that network. So the
 * proxy's network is a prefix of the environment's, which is a prefix of the release's.
 */

/** Whose place a thing has: one environment of one application in one installation. */
export interface Place {
  installation: string;
  app: string;
  environment: string;
}

/** The longest name that resolves: one DNS label (RFC 1035, 2.3.4). */
export const LONGEST_NAME = 63;

const join = (...parts: (string | number)[]) => parts.join('-');

/** The proxy of an installation, and the network that it calls home. */
export const proxyName = (installation: string) => join(installation, 'proxy');
export const proxyNetwork = (installation: string) => installation;
/** The volume that holds the files of routes, and the folder in the proxy that it is mounted on. */
export const routesVolume = (installation: string) => join(installation, 'routes');

/** The environment's own network: the home of its accessories. */
export const environmentNetwork = (p: Place) => join(p.installation, p.app, p.environment);

/** A release's copy of a network of the compose model; `default` is compose's own word for the unnamed one. */
export const releaseNetwork = (p: Place, release: string, network: string) =>
  network === 'default' ? join(environmentNetwork(p), release) : join(environmentNetwork(p), release, network);

/** A running container of a service of a release; replicas count from 1, the first one has no number. */
export const instanceName = (p: Place, release: string, service: string, replica = 1) =>
  replica === 1
    ? join(environmentNetwork(p), release, service)
    : join(environmentNetwork(p), release, service, replica);

/** An accessory outlives releases, so its name has none. */
export const accessoryName = (p: Place, service: string) => join(environmentNetwork(p), service);
/** An accessory that a release has made anew, as it was before: stopped, and kept until the release is committed. */
export const keptName = (p: Place, service: string, release: string) =>
  join(accessoryName(p, service), 'before', release);

/** The compose project that an environment is, where the manifest names none. */
export const projectName = (app: string, environment: string) => join(app, environment);
/** As compose names it: so a project that is taken over keeps its data, and one that leaves windlass takes it along. */
export const volumeName = (project: string, volume: string) => `${project}_${volume}`;
/** The labels that compose gives its containers. */
export const COMPOSE = {
  project: 'com.docker.compose.project',
  service: 'com.docker.compose.service',
  oneOff: 'com.docker.compose.oneoff',
} as const;

/** A command that runs once: `purpose` says for what (`before-0`, `undo-0`, `verify-2`). */
export const oneOffName = (p: Place, release: string, service: string, purpose: string) =>
  join(environmentNetwork(p), release, service, purpose);

/** The file of routes, and the prefix of its routers: one for each application and environment. */
export const routesName = (p: Place) => join(p.app, p.environment);

/** Repositories in the registry: one for the images of each service, one for release records and the ledger. */
export const imageRepository = (registry: string, app: string, service: string) => `${registry}/${app}/${service}`;
export const recordRepository = (registry: string, app: string) => `${registry}/${app}/windlass`;
/** Tags are only there so that the registry's cleaning spares what they point to. */
export const imageTag = (app: string, release: string) => `${app}-${release}`;
export const recordTag = (release: string) => `release-${release}`;

/** What a container is for. */
export type ContainerRole = 'instance' | 'accessory' | 'one-off' | 'proxy';

/** What a label says; the keys on the engine are `<installation>.<word>`. */
export interface LabelWords {
  role: ContainerRole | 'network' | 'volume';
  app?: string;
  environment?: string;
  release?: string;
  service?: string;
  /** The operation that made it. */
  step?: string;
  /** What it was made from: a hash of its specification. */
  spec?: string;
  /** Of a proxy: where requests can come in, separated by commas. */
  entryPoints?: string;
  /** Of an accessory whose making cannot be undone. */
  irreversible?: 'true';
  /** Which secrets it was given, each with a hash that only the installation's key makes. */
  secrets?: string;
}

/** The labels of a thing that windlass makes. */
export function labels(installation: string, words: LabelWords): Record<string, string> {
  const entries = Object.entries(words).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries.map(([word, value]) => [`${installation}.${word}`, String(value)]));
}

/** What the labels of a thing say; undefined where it is not windlass's. */
export function readLabels(installation: string, all: Record<string, string> | undefined): LabelWords | undefined {
  const role = all?.[`${installation}.role`];
  if (!all || !role) return undefined;
  const prefix = `${installation}.`;
  const own = Object.entries(all).filter(([key]) => key.startsWith(prefix));
  return Object.fromEntries(own.map(([key, value]) => [key.slice(prefix.length), value])) as unknown as LabelWords;
}

/** The search attributes that workflows have in Temporal, all of them keywords. */
export const SEARCH_ATTRIBUTES = ['WindlassApp', 'WindlassRelease', 'WindlassEnvironment', 'WindlassState'] as const;
export type SearchAttribute = (typeof SEARCH_ATTRIBUTES)[number];

/** Workflow ids; `design.md` section 5. The server admits each one once. */
export const releaseId = (app: string, release: string) => `release/${app}/${release}`;
export const environmentId = (app: string, environment: string) => `environment/${app}/${environment}`;
/** What it says of itself in Temporal, whoever is the first to start it. */
export const environmentSummary = (app: string, environment: string) =>
  `${environment} of ${app}: what is there, and one rollout at a time`;
export const rolloutId = (app: string, environment: string) => `rollout/${app}/${environment}`;
export const rollbackId = (app: string, environment: string, n: string) => `rollback/${app}/${environment}/${n}`;
export const bootstrapId = (app: string, environment: string, n: string) => `bootstrap/${app}/${environment}/${n}`;
export const ejectId = (app: string, environment: string, n: string) => `eject/${app}/${environment}/${n}`;
export const inspectionId = (app: string, environment: string, n: string) => `inspection/${app}/${environment}/${n}`;
