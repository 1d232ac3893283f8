import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { LedgerEntry } from '../../src/model/ledger';
import type { RegistryAccess } from '../../src/model/release';
import { inParallel } from '../drivers/bounded';
import { permanent } from '../drivers/errors';
import { openRecords, type Records } from './repository';

export const LEDGER_TYPE = 'application/vnd.windlass.ledger.v1+json';
const PREFIX = 'ledger-';
/** Entries that are read at a time. */
const AT_ONCE = 8;

const shape = z.looseObject({
  id: z.string(),
  at: z.string(),
  kind: z.string(),
  app: z.string(),
  by: z.string(),
  what: z.string(),
});

/**
 * Appends an entry. Its tag follows from time and id, so the same entry twice is one; tags sort by time. Nothing that is
 * there is ever written again.
 */
export async function appendLedger({
  registry: access,
  entry,
}: {
  registry: RegistryAccess;
  entry: LedgerEntry;
}): Promise<void> {
  const { registry, repository } = await openRecords(access, entry.app);
  const tag = tagOf(entry);
  if (await registry.headManifest(repository, tag)) return;
  const annotations = {
    'org.opencontainers.image.created': entry.at,
    [KIND]: entry.kind,
    ...(entry.environment && { [ENVIRONMENT]: entry.environment }),
  };
  await registry.putArtifact({ repository, tags: [tag], artifactType: LEDGER_TYPE, annotations, json: entry });
}

const KIND = 'windlass.kind';
const ENVIRONMENT = 'windlass.environment';

/** `ledger-20300101T000000000Z-1a2b3c4d5e6f` */
const tagOf = ({ at, id }: LedgerEntry) =>
  `${PREFIX}${new Date(at).toISOString().replace(/[-:.]/g, '')}-${createHash('sha256').update(id).digest('hex').slice(0, 12)}`;

/** The newest entries first, `limit` at most: those of one environment, or all, those of no environment among them. */
export async function readLedger(
  access: RegistryAccess,
  { app, environment, limit }: { app: string; environment?: string; limit: number },
): Promise<LedgerEntry[]> {
  const records = await openRecords(access, app);
  const tags = (await records.registry.listTags(records.repository)).filter((tag) => tag.startsWith(PREFIX));
  const newestFirst = tags.sort().reverse();
  const entries: LedgerEntry[] = [];
  // As many as may be enough, and again: of which environment an entry is stands in the entry.
  const size = Math.max(limit, AT_ONCE);
  for (let from = 0; from < newestFirst.length && entries.length < limit; from += size) {
    const some = await inParallel(AT_ONCE, newestFirst.slice(from, from + size), (tag) => readEntry(records, tag));
    entries.push(
      ...some.filter((entry) => entry && (!environment || entry.environment === environment)).map((entry) => entry!),
    );
  }
  return entries.slice(0, limit);
}

/** An entry by its tag; undefined when it went away in between. */
async function readEntry({ registry, repository }: Records, tag: string): Promise<LedgerEntry | undefined> {
  const found = await registry.getArtifact(repository, tag);
  if (!found) return undefined;
  if (found.artifactType === LEDGER_TYPE && shape.safeParse(found.json).success) return found.json as LedgerEntry;
  throw permanent({
    kind: 'bad-ledger',
    message: `the entry ${registry.host}/${repository}:${tag} is none that windlass wrote. Find out who put it there, and remove the tag`,
  });
}
