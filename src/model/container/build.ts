import type { SecretSource } from '../release';

export interface BuildSpec {
  service: string;
  context: string;
  dockerfile: string;
  dockerfileText?: string;
  args: Record<string, string>;
  target?: string;
  labels: Record<string, string>;
  platform?: string;
  network?: string;
  extraHosts?: string[];
  buildx?: BuildxOptions;
}

/** Values are in the format of buildx's options, except project paths, which are below the checkout. */
export interface BuildxOptions {
  secrets?: BuildSecret[];
  /** SSH agents: `default` is the worker's. */
  ssh?: string[];
  contexts?: BuildContext[];
  cacheFrom?: string[];
  cacheTo?: string[];
  allow?: string[];
  provenance?: string;
  sbom?: string;
  shmSizeBytes?: number;
  ulimits?: { name: string; soft: number; hard: number }[];
}

/** A build's temporary input: a secret of the worker or a file in the commit. */
export type BuildSecret = { id: string; source: SecretSource } | { id: string; file: string };

/** An additional context: a folder in the commit, or what buildx fetches (`docker-image://…`, a repository). */
export type BuildContext = { name: string; folder: string } | { name: string; from: string };
