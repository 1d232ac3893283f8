import type { LedgerReport } from '../../../src/model/ledger/ledger';
import { readHead } from '../../../src/model/ledger/ledger';
import { findBreaks, firstLink, type KnownHead, type Link } from '../../../src/model/ledger/chain';
import type { RegistryAccess } from '../../../src/model/release';
import { inParallel } from '../../drivers/bounded';
import { readPolicy } from '../../policy';
import { type LedgerKeySettings, trustedKeys } from './ledger-key';
import { type LedgerTag, listLedger, timeOf } from './ledger-tags';
import { readLink, type Trusted } from './links';
import { AT_ONCE } from './read-ledger';
import { openRecords, type Records } from '../repository';

export interface VerifyInput {
  app: string;
  heads: KnownHead[];
  /** Only so many of the newest entries are read, unless something is wrong with them; all where it is missing. */
  newest?: number;
}

/** Reads the ledger and says where its chain breaks. */
export async function verifyLedger(
  settings: LedgerKeySettings,
  access: RegistryAccess,
  { app, heads, newest }: VerifyInput,
): Promise<LedgerReport> {
  const records = await openRecords(access, app);
  const trust = await readTrust(settings);
  const tags = await listLedger(records);
  const verify = async (some: LedgerTag[]) => report(app, heads, tags, ...(await look(records, some, trust, heads)));
  if (newest !== undefined && newest < tags.length) {
    const found = await verify(tags.slice(-newest));
    if (found.breaks.length === 0) return found;
  }
  return await verify(tags);
}

/** Whose word counts for this worker. */
export const readTrust = async (settings: LedgerKeySettings): Promise<Trusted> => ({
  keys: await trustedKeys(settings),
  people: (await readPolicy())?.policy.people,
});

async function look(
  records: Records,
  tags: LedgerTag[],
  trust: Trusted,
  heads: KnownHead[],
): Promise<[Link[], Record<string, string>]> {
  const read = await inParallel(AT_ONCE, tags, ({ tag }) => readLink(records, tag, trust));
  const links = read.filter((link) => link !== undefined);
  const named = [...links.flatMap(({ after }) => after), ...heads.map(({ head }) => head)].map(readHead);
  const others = [...new Set(named.map(({ tag }) => tag))].filter((tag) => !links.some((link) => link.tag === tag));
  const digests = await inParallel(AT_ONCE, others, async (tag) => {
    const digest = await records.registry.headManifest(records.repository, tag);
    return digest === undefined ? [] : [[tag, digest] as const];
  });
  return [links, Object.fromEntries(digests.flat())];
}

function report(
  app: string,
  heads: KnownHead[],
  tags: LedgerTag[],
  links: Link[],
  digests: Record<string, string>,
): LedgerReport {
  const first = firstLink({ app, links });
  const since = first && timeOf(first.tag);
  return {
    entries: links.length,
    unsigned: links.filter(({ signature, tag }) => signature === 'none' && !(first && tag > first.tag)).length,
    ...(since !== undefined && { since: new Date(since).toISOString() }),
    keys: [...new Set(links.flatMap(({ key, signature }) => (key && signature === 'good' ? [key] : [])))],
    breaks: findBreaks({ app, links, tags: tags.map(({ tag }) => tag), digests, heads }),
  };
}
