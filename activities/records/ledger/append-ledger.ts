import { headOf, type LedgerEntry, readHead } from '../../../src/model/ledger/ledger';
import { isGenuine, type Link } from '../../../src/model/ledger/chain';
import type { RegistryAccess } from '../../../src/model/release';
import { inParallel } from '../../drivers/bounded';
import { type LedgerKeySettings, readLedgerKey, trustedKeys } from './ledger-key';
import { hashOfId, type LedgerTag, listLedger, timeOf, writeTag, writeTime } from './ledger-tags';
import { readLink } from './links';
import { AT_ONCE, LEDGER_TYPE } from './read-ledger';
import { openRecords, type Records } from '../repository';

/** Entries that several workers append at the same time are among so many of the newest. */
const NEWEST = 16;

/** In this process one entry is appended to a ledger at a time, so that only several workers can make it fork. */
const turns = new Map<string, Promise<unknown>>();

/**
 * Appends an entry, sealed and bound to those before it; the same id twice is one entry. Nothing that is there is written
 * over. Returns the head of the ledger: the entry's tag and digest.
 */
export async function appendLedger(
  settings: LedgerKeySettings,
  { registry: access, entry }: { registry: RegistryAccess; entry: LedgerEntry },
): Promise<string> {
  const records = await openRecords(access, entry.app);
  const place = `${records.registry.host}/${records.repository}`;
  const turn = (turns.get(place) ?? Promise.resolve()).then(() => append(settings, records, entry));
  const settled = turn.catch(() => undefined).finally(() => turns.get(place) === settled && turns.delete(place));
  turns.set(place, settled);
  return await turn;
}

async function append(settings: LedgerKeySettings, records: Records, entry: LedgerEntry): Promise<string> {
  const { registry, repository } = records;
  const key = await readLedgerKey(settings);
  const keys = await trustedKeys(settings);
  const tags = await listLedger(records);
  const own = tags.filter(({ hash }) => hash === hashOfId(entry.id));
  const [there] = await readGenuine(records, own, entry.app, keys);
  if (there) return headOf(there.tag, there.digest);

  const links = await readNewest(records, tags, entry.app, keys);
  let time = Math.max(Date.parse(entry.at), ...links.map(timeAfter));
  const tagAt = (ms: number) => writeTag(writeTime(ms), entry);
  while (tags.some(({ tag }) => tag === tagAt(time))) time += 1;
  const tag = tagAt(time);
  const annotations = { 'org.opencontainers.image.created': entry.at };
  const json = key.seal(entry, { tag, after: looseEnds(links) });
  const written = await registry.putArtifact({ repository, tags: [tag], artifactType: LEDGER_TYPE, annotations, json });
  return headOf(tag, written);
}

/** The newest entries that can be built on, oldest first. What somebody else has put there is passed over, however much it is. */
async function readNewest(records: Records, tags: LedgerTag[], app: string, keys: string[]): Promise<Link[]> {
  for (let end = tags.length; end > 0; end -= NEWEST) {
    const links = await readGenuine(records, tags.slice(Math.max(0, end - NEWEST), end), app, keys);
    if (links.length > 0) return links;
  }
  return [];
}

async function readGenuine(records: Records, tags: LedgerTag[], app: string, keys: string[]): Promise<Link[]> {
  const links = await inParallel(AT_ONCE, tags, ({ tag }) => readLink(records, tag, { keys }));
  return links.filter((link) => link !== undefined && isGenuine({ app }, link)) as Link[];
}

/** The tags of the ledger sort as it grew, whatever the clocks of its writers say. */
const timeAfter = ({ tag }: Link): number => timeOf(tag) + 1;

function looseEnds(links: Link[]): string[] {
  const followed = links.flatMap(({ after }) => after.map((head) => readHead(head).tag));
  return links.filter(({ tag }) => !followed.includes(tag)).map(({ tag, digest }) => headOf(tag, digest));
}
