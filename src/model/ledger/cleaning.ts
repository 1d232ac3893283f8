/** What of an application a registry has that nobody needs any more. */
export interface Spare {
  releases: string[];
  manifests: { repository: string; digest: string; tags: string[] }[];
  /** Entries of the ledger: how many, and the tag of the newest of them; none where its chain is broken at so many places. */
  entries: { count: number; until?: string; broken?: number };
  /** So many of the manifests say that a signed statement was used, and the statement is over. */
  statements: number;
  kept: { release: string; why: string }[];
}

/** How much stays: the newest releases, whatever became of them, and the newest entries of the ledger. */
export interface Retention {
  keep: number;
  ledger: number;
}

/** A record as cleaning sees it. */
export interface RecordOnShelf {
  release: string;
  digest: string;
  tags: string[];
  createdAt: string;
  images: string[];
}

/** Why each record stays, by digest; the others are spare. Newest first. */
export function whyKept(
  records: RecordOnShelf[],
  needed: { environment: string; digest: string }[],
  open: string[],
  keep: number,
): Map<string, string> {
  const newest = [...records].sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1));
  const releases = [...new Set(newest.map(({ release }) => release))].slice(0, keep);
  return new Map(
    newest.flatMap(({ digest, release }) => {
      const environments = needed.filter((one) => one.digest === digest).map(({ environment }) => environment);
      if (environments.length > 0) return [[digest, `${[...new Set(environments)].join(', ')} may go back to it`]];
      if (open.includes(release)) return [[digest, 'it is in progress']];
      return releases.includes(release) ? [[digest, `it is one of the newest ${keep}`]] : [];
    }),
  );
}
