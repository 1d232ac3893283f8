import type { Signature } from './approval/statement';

/**
 * Where the worker reads a secret at use: a variable of its environment, a file, an entry of an env file, or
 * the output of a command, which runs without a shell.
 */
export type SecretSource =
  { env: string } | { file: string } | { entry: [file: string, name: string] } | { exec: string[] };

export interface RegistryAccess {
  address: string;
  username?: SecretSource;
  password?: SecretSource;
}

export interface RecordRef {
  app: string;
  release: string;
  registry: RegistryAccess;
  digest: string;
  seal?: string;
}

/** A commit's source; a path must exist for the worker. */
export interface Source {
  url: string;
  commit: string;
  /** The project's folder, unless it is the root: `apps/shop`. */
  folder?: string;
}

export interface Commit {
  sha: string;
  author: string;
  subject: string;
  at: string;
}

export interface ReleaseRequest {
  app: string;
  release: string;
  source: Source;
  images?: Record<string, string>;
  startedBy: string;
  acceptEmpty?: string[];
  fresh?: boolean;
  acceptRepository?: true;
  signed?: Signature;
}

/**
 * A release's id: the first ten digits of its commit, so that starting a commit twice gives the same release.
 * `fingerprint` distinguishes given images, `again` deliberate repetitions (2, 3, …).
 */
export function releaseName(commit: string, fingerprint?: string, again?: number): string {
  return [commit.slice(0, 10), fingerprint?.slice(0, 6), again].filter((part) => part !== undefined).join('-');
}

/** Could `releaseName` make this name for this commit? */
export function isReleaseOf(release: string, commit: string): boolean {
  const first = releaseName(commit);
  return release.startsWith(first) && /^(-[0-9a-f]{6})?(-[1-9][0-9]*)?$/.test(release.slice(first.length));
}

export type ReleaseStatus = 'done' | 'failed' | 'rejected' | 'cancelled';
