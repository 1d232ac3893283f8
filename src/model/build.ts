import type { SecretSource } from './release';

/** What is built for a service; one image for all environments. */
export interface BuildSpec {
  service: string;
  /** Folder below the checkout, with `/`. */
  context: string;
  /** Below the context. */
  dockerfile: string;
  /** The text of the Dockerfile, where the compose file has it itself. */
  dockerfileText?: string;
  args: Record<string, string>;
  target?: string;
  labels: Record<string, string>;
  platform?: string;
  network?: string;
  /** `name:address` */
  extraHosts?: string[];
  /** What only the buildx client can do. */
  buildx?: BuildxOptions;
}

/** Texts are those of buildx's own options, but for paths of the project, which are below the checkout. */
export interface BuildxOptions {
  secrets?: BuildSecret[];
  /** Agents: `default` is the worker's. */
  ssh?: string[];
  contexts?: BuildContext[];
  cacheFrom?: string[];
  cacheTo?: string[];
  /** Entitlements. */
  allow?: string[];
  provenance?: string;
  sbom?: string;
  shmSizeBytes?: number;
  ulimits?: { name: string; soft: number; hard: number }[];
}

/** What a build may read while it runs, and leaves no trace of: a secret of the worker, or a file of the commit. */
export type BuildSecret = { id: string; source: SecretSource } | { id: string; file: string };

/** A further context: a folder of the commit, or what buildx fetches (`docker-image://…`, a repository). */
export type BuildContext = { name: string; folder: string } | { name: string; from: string };
