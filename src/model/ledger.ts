import type { SecretHashes } from './secret';

/** The ledger: an append-only record of releases, decisions and outcomes, kept in the registry beside the images. */

export type LedgerKind =
  | 'release-started'
  | 'release-ended'
  | 'decision'
  | 'rollout-ended'
  | 'rollback-requested'
  | 'eject-requested'
  | 'frozen'
  | 'thawed'
  | 'resolved'
  | 'interrupted';

export interface LedgerEntry {
  /** Follows from the workflow that writes it, so that a retry writes the same entry again. */
  id: string;
  /** ISO 8601; the workflow's clock. */
  at: string;
  kind: LedgerKind;
  app: string;
  environment?: string;
  release?: string;
  /** Who did it, as they said of themselves; `windlass` for what follows by itself. */
  by: string;
  /** One sentence for people. */
  what: string;
  /** The plan that was decided on or carried out. */
  plan?: string;
  reason?: string;
  /** What was undone, newest first. */
  undone?: string[];
  /** What tells whether the values of the secrets are still those that were committed. */
  secrets?: SecretHashes;
}
