/** A release: the artifacts and the frozen configuration of all services of one commit, under one id. */

/**
 * Where a secret's value is read at use, by the worker: a variable of its environment, a file of its machine, or what a
 * command prints there, which is run without a shell.
 */
export type SecretSource = { env: string } | { file: string } | { exec: string[] };

/** Where images, records and the ledger are kept; logins are references. */
export interface RegistryAccess {
  /** Host and port, and a path if there is one: `registry.example.com/team`. */
  address: string;
  username?: SecretSource;
  password?: SecretSource;
}

/** Where a release record lies in the registry. The digest is what counts: every activity reads the record by it. */
export interface RecordRef {
  app: string;
  release: string;
  registry: RegistryAccess;
  /** `sha256:…` of the record's manifest. */
  digest: string;
}

/** Where a commit is had from; a path only where the worker sees it. */
export interface Source {
  url: string;
  commit: string;
}

export interface Commit {
  sha: string;
  author: string;
  /** First line. */
  subject: string;
  /** ISO 8601. */
  at: string;
}

/** What the release workflow is started with. */
export interface ReleaseRequest {
  app: string;
  release: string;
  source: Source;
  /** Images that CI built already: service → `repository@sha256:…`. Then nothing is built. */
  images?: Record<string, string>;
  startedBy: string;
  /** Builds anew, whatever the registry has for the commit. */
  fresh?: boolean;
}

/**
 * The id of a release: the first ten digits of its commit, so that starting the same commit twice is the same
 * release. `fingerprint` tells given images apart, `again` a deliberate repetition (2, 3, …).
 */
export function releaseName(commit: string, fingerprint?: string, again?: number): string {
  return [commit.slice(0, 10), fingerprint?.slice(0, 6), again].filter((part) => part !== undefined).join('-');
}

/** How a release ends. */
export type ReleaseStatus = 'done' | 'failed' | 'rejected' | 'cancelled';
