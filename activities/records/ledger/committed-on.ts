import type { LedgerEntry } from '../../../src/model/ledger/ledger';
import { firstLink } from '../../../src/model/ledger/chain';
import type { RegistryAccess } from '../../../src/model/release';
import { inParallel } from '../../drivers/bounded';
import { isSignedByItsKey, type LedgerKeySettings, trustedKeys } from './ledger-key';
import { listLedger } from './ledger-tags';
import { readLink } from './links';
import { AT_ONCE, type Located, readLedger } from './read-ledger';
import { openRecords } from '../repository';

/** How many of the newest entries are looked through for the last commit. */
const LOOKED_THROUGH = 1_000;

/**
 * The digest of the record that an environment is on, as its last commit says it; undefined where it is on none, or nothing tells. Only
 * what a worker has signed counts.
 */
export async function committedOn(
  settings: LedgerKeySettings,
  access: RegistryAccess,
  app: string,
  environment: string,
): Promise<string | undefined> {
  const keys = await trustedKeys(settings);
  for (const limit of [20, LOOKED_THROUGH]) {
    const entries = await readLedger(access, { app, environment, limit }, isSignedBy(keys));
    const last = entries.find(({ on }) => on !== undefined);
    if (last) return last.on || undefined;
    if (entries.length < limit) return undefined;
  }
  return undefined;
}

/** Those of an environment that a worker has signed, and those from before the ledger was signed; newest first. */
export async function readTrusted(
  settings: LedgerKeySettings,
  access: RegistryAccess,
  wanted: { app: string; environment: string; limit: number },
): Promise<LedgerEntry[]> {
  const keys = await trustedKeys(settings);
  const isSigned = isSignedBy(keys);
  const begins = await findBeginning(keys, access, wanted.app);
  const isOld = ({ tag, entry }: Located) => entry.seal === undefined && (begins === undefined || tag < begins);
  return await readLedger(access, wanted, (one) => isSigned(one) || isOld(one));
}

export const isSignedBy =
  (keys: string[]) =>
  ({ entry }: Pick<Located, 'entry'>): boolean =>
    entry.seal !== undefined && keys.includes(entry.seal.key) && isSignedByItsKey(entry);

/** The tag of the entry that the chain begins with; undefined where there is no chain. */
async function findBeginning(keys: string[], access: RegistryAccess, app: string): Promise<string | undefined> {
  const records = await openRecords(access, app);
  const tags = await listLedger(records);
  for (let from = 0; from < tags.length; from += AT_ONCE) {
    const read = await inParallel(AT_ONCE, tags.slice(from, from + AT_ONCE), ({ tag }) =>
      readLink(records, tag, { keys }),
    );
    const first = firstLink({ app, links: read.filter((link) => link !== undefined) });
    if (first) return first.tag;
  }
  return undefined;
}
