import type { SecretHashes } from '../container/secret';
import type { SignedStatement } from '../approval/statement';

/** The ledger: an append-only record of releases, decisions and outcomes, in the registry next to the images. */

export type LedgerKind =
  | 'release-started'
  | 'release-ended'
  | 'decision'
  | 'rollout-ended'
  | 'rollback-requested'
  | 'eject-requested'
  | 'forget-requested'
  | 'frozen'
  | 'thawed'
  | 'resolved'
  | 'interrupted'
  | 'recovered'
  | 'cleaned';

export interface LedgerEntry {
  /** Follows from the writing workflow, so that a retry writes the same entry. */
  id: string;
  at: string;
  kind: LedgerKind;
  app: string;
  environment?: string;
  release?: string;
  by: string;
  what: string;
  plan?: string;
  reason?: string;
  /** Of a rollout that was committed: the digest of the record that the environment is on since; empty where it is on none. */
  on?: string;
  signed?: SignedStatement;
  undone?: string[];
  secrets?: SecretHashes;
  /** Of a cleaning: the newest entry that it removed. What lay before it is not missed. */
  until?: string;
  seal?: Seal;
}

/** Why nobody can rely on an entry: no worker signed it, it was changed since, with a key that is not trusted, or its decision is no person's. */
export type Doubt = 'unsigned' | 'changed' | 'unknown-key' | 'forged';

/** An entry as it is shown. */
export type ToldEntry = LedgerEntry & { doubt?: Doubt };

/** What binds an entry to those before it and to a key of the installation. */
export interface Seal {
  tag: string;
  /** The newest entries at that time, as `HEAD`s: two where two workers appended at the same time, none for the first. */
  after: string[];
  key: string;
  signature: string;
}

/** An entry by tag and digest, `TAG@sha256:…`: its holder can verify that the ledger still has it unchanged. */
export const headOf = (tag: string, digest: string): string => `${tag}@${digest}`;

/** The tag and the digest of a head. */
export function readHead(head: string): { tag: string; digest: string } {
  const at = head.indexOf('@');
  return at < 0 ? { tag: head, digest: '' } : { tag: head.slice(0, at), digest: head.slice(at + 1) };
}

export interface LedgerReport {
  entries: number;
  unsigned: number;
  /** When the chain begins, ISO 8601; undefined where there is none. */
  since?: string;
  keys: string[];
  breaks: LedgerBreak[];
}

export interface LedgerBreak {
  kind: 'changed' | 'missing' | 'forged' | 'out of order';
  tag: string;
  what: string;
}
