import { readSshSettings, type SshSettings } from './drivers/ssh/settings';

/** What a worker knows of the machine that it runs on; read once from its environment. */
export interface Settings {
  /** The name of the installation: prefixes every name and label, is the task queue, and tells two from each other. */
  installation: string;
  /** Where images and records go when the manifest does not say. */
  registry?: string;
  /** The engine that builds, and what `hosts: [local]` means: `unix:///var/run/docker.sock`. */
  dockerHost: string;
  proxyImage: string;
  /** Where the proxy listens on each host for plain HTTP. */
  proxyHttp: string;
  /** Where it listens for HTTPS; it does not where this is not set. */
  proxyHttps?: string;
  /** Who gives it certificates. Without it: it makes its own, which nobody trusts. */
  acme?: AcmeSettings;
  /** Checkouts are kept here. */
  cache: string;
  /** What must outlive the worker is kept here: the installation's key. */
  data: string;
  /** How `docker compose` is run here. */
  composeCommand: string[];
  /** How `docker buildx` is run here, if it is there. */
  buildxCommand: string[];
  /** Builds at a time. */
  buildsAtOnce: number;
  /** How hosts are reached by SSH. */
  ssh: SshSettings;
}

/** Who gives certificates, and whom it writes to. */
export interface AcmeSettings {
  email: string;
  /** The URL of the directory of an ACME server; without it Let's Encrypt's. */
  server?: string;
  /** A PEM file of the worker: the authority that this server's own certificate is of, where it is a private one. */
  authority?: string;
}

/** Reads the settings; every variable has a default that suits one machine. */
export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const home = env['HOME'] ?? '/root';
  return {
    installation: env['WINDLASS_INSTALLATION'] ?? 'windlass',
    registry: env['WINDLASS_REGISTRY'],
    dockerHost: env['DOCKER_HOST'] ?? 'unix:///var/run/docker.sock',
    proxyImage: env['WINDLASS_PROXY_IMAGE'] ?? 'traefik:v3.7',
    proxyHttp: env['WINDLASS_PROXY_HTTP'] ?? '80',
    proxyHttps: env['WINDLASS_PROXY_HTTPS'],
    acme: readAcme(env),
    cache: env['WINDLASS_CACHE'] ?? `${env['XDG_CACHE_HOME'] ?? `${home}/.cache`}/windlass/worker`,
    data: env['WINDLASS_DATA'] ?? `${env['XDG_DATA_HOME'] ?? `${home}/.local/share`}/windlass`,
    composeCommand: splitWords(env['WINDLASS_COMPOSE'] ?? 'docker compose'),
    buildxCommand: splitWords(env['WINDLASS_BUILDX'] ?? 'docker buildx'),
    buildsAtOnce: Number(env['WINDLASS_BUILDS'] ?? 2),
    ssh: readSshSettings(env),
  };
}

function readAcme(env: NodeJS.ProcessEnv): AcmeSettings | undefined {
  const email = env['WINDLASS_ACME_EMAIL'];
  return email === undefined
    ? undefined
    : { email, server: env['WINDLASS_ACME_SERVER'], authority: env['WINDLASS_ACME_AUTHORITY'] };
}

/** A command line in words; one with spaces stands in quotes: `"/opt/my tools/docker-compose"`. */
const splitWords = (line: string): string[] =>
  [...line.matchAll(/"([^"]*)"|'([^']*)'|\S+/g)].map(([word, double, single]) => double ?? single ?? word);
