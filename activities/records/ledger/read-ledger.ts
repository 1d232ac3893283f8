import { z } from 'zod';
import type { LedgerEntry } from '../../../src/model/ledger/ledger';
import type { RegistryAccess } from '../../../src/model/release';
import { inParallel } from '../../drivers/bounded';
import { failureIn, permanent } from '../../drivers/errors';
import { type LedgerTag, listLedger } from './ledger-tags';
import { openRecords, type Records } from '../repository';

export const LEDGER_TYPE = 'application/vnd.windlass.ledger.v1+json';
/** Entries that are read at a time. */
export const AT_ONCE = 8;

const shape = z.looseObject({
  id: z.string(),
  at: z.string(),
  kind: z.string(),
  app: z.string(),
  by: z.string(),
  what: z.string(),
  seal: z
    .looseObject({ tag: z.string(), after: z.array(z.string()), key: z.string(), signature: z.string() })
    .optional(),
});

/** Does the JSON of an artifact say what an entry says? */
export const isEntry = (artifactType: string, json: unknown): json is LedgerEntry =>
  artifactType === LEDGER_TYPE && shape.safeParse(json).success;

/** An entry, and the tag that it lies under. */
export interface Located {
  tag: string;
  entry: LedgerEntry;
}

interface Wanted {
  app: string;
  environment?: string;
  limit: number;
}

/**
 * The newest entries first, `limit` at most, each once: those of one environment, or all, those of no environment among them. A copy
 * of an entry, and an entry of another application, is none, nor is what `counts` is false for. Fails permanently (kind `bad-ledger`) where
 * something else lies among them, unless `counts` tells them apart.
 */
export async function readLedger(
  access: RegistryAccess,
  { app, environment, limit }: Wanted,
  counts?: (located: Located) => boolean,
): Promise<LedgerEntry[]> {
  const records = await openRecords(access, app);
  const mayBe = (tag: LedgerTag) => !environment || tag.environment === undefined || tag.environment === environment;
  const newestFirst = (await listLedger(records)).filter(mayBe).reverse();
  const entries = new Map<string, LedgerEntry>();
  const isOwn = ({ tag, entry }: Located) =>
    entry.app === app && (entry.seal?.tag ?? tag) === tag && (!environment || entry.environment === environment);
  // As many as may be enough, and again: of which environment an entry of an earlier version is stands in the entry alone.
  const size = Math.max(limit, AT_ONCE);
  for (let from = 0; from < newestFirst.length && entries.size < limit; from += size) {
    const some = await inParallel(AT_ONCE, newestFirst.slice(from, from + size), ({ tag }) =>
      readEntry(records, tag, counts !== undefined),
    );
    // Two attempts at the same entry may both have written it. Only what is signed stands for what was written before.
    for (const one of some)
      if (one && isOwn(one) && (counts?.(one) ?? true) && !entries.get(one.entry.id)?.seal)
        entries.set(one.entry.id, one.entry);
  }
  return [...entries.values()].slice(0, limit);
}

async function readEntry(
  { registry, repository }: Records,
  tag: string,
  passesOver: boolean,
): Promise<Located | undefined> {
  const found = await registry.getArtifact(repository, tag).catch((error: unknown) => {
    if (passesOver && isNoEntry(error)) return undefined;
    throw error;
  });
  if (!found) return undefined;
  if (isEntry(found.artifactType, found.json)) return { tag, entry: found.json };
  if (passesOver) return undefined;
  throw permanent({
    kind: 'bad-ledger',
    message: `the entry ${registry.host}/${repository}:${tag} is none that windlass wrote. Find out who put it there, and remove the tag`,
  });
}

/** Says this error what lies there, and that it is no entry? A registry that is down says nothing. */
export const isNoEntry = (error: unknown): boolean =>
  ['not-an-artifact', 'altered', 'too-large'].includes(failureIn(error)?.kind ?? '');
