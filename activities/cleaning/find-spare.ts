import type { ReleaseRecord } from '../../src/manifest/record/record';
import { type RecordOnShelf, type Retention, type Spare, whyKept } from '../../src/model/ledger/cleaning';
import { imageTag, recordTag } from '../../src/model/names';
import type { RegistryAccess } from '../../src/model/release';
import { findOver } from '../decisions/claims';
import { inParallel } from '../drivers/bounded';
import type { LedgerKeySettings } from '../records/ledger/ledger-key';
import { listLedger } from '../records/ledger/ledger-tags';
import { readRecord } from '../records/record-format';
import { openRecords, type Records } from '../records/repository';
import { verifyLedger } from '../records/ledger/verify-ledger';

const AT_ONCE = 8;

export interface Needed {
  environments: { environment: string; digest: string }[];
  /** The names of releases in progress: their images may be there before their record. */
  open: string[];
  /** Images of other applications' releases, as references with digests. */
  elsewhere: string[];
}

/** What the registry has of an application and nobody needs. Reads only. */
export async function findSpare(
  settings: LedgerKeySettings,
  access: RegistryAccess,
  app: string,
  { keep, ledger }: Retention,
  { environments, open, elsewhere }: Needed,
): Promise<Spare> {
  const records = await openRecords(access, app);
  const shelf = await readShelf(records, access, app);
  const why = whyKept(shelf, environments, open, keep);
  const kept = shelf.filter(({ digest }) => why.has(digest));
  const spare = shelf.filter(({ digest }) => !why.has(digest));
  const needed = new Set([...kept.flatMap(({ images }) => images), ...elsewhere]);
  const stays = (release: string) => open.includes(release) || kept.some((one) => one.release === release);
  const images = await findImages(records, access, app, shelf, { needed, stays });
  const { repository } = records;
  const used = (await findOver(records, Date.now())).map(({ tag, digest }) => ({ repository, digest, tags: [tag] }));
  return {
    releases: [...new Set(spare.map(({ release }) => release))].filter((release) => !stays(release)),
    manifests: [...spare.map(({ digest, tags }) => ({ repository, digest, tags })), ...images, ...used],
    statements: used.length,
    entries: await findEntries(settings, records, access, { app, ledger }),
    kept: kept.map(({ release, digest }) => ({ release, why: why.get(digest)! })),
  };
}

/** A ledger that does not prove itself stays as it is: what is wrong with it would be gone. */
async function findEntries(
  settings: LedgerKeySettings,
  records: Records,
  access: RegistryAccess,
  { app, ledger }: { app: string; ledger: number },
): Promise<Spare['entries']> {
  const entries = (await listLedger(records)).slice(0, -ledger);
  const until = entries.at(-1)?.tag;
  if (until === undefined) return { count: 0 };
  const { breaks } = await verifyLedger(settings, access, { app, heads: [] });
  return breaks.length > 0 ? { count: 0, broken: breaks.length } : { count: entries.length, until };
}

async function readShelf(records: Records, access: RegistryAccess, app: string): Promise<RecordOnShelf[]> {
  const { registry, repository } = records;
  const tags = (await registry.listTags(repository)).filter((tag) => tag.startsWith(recordTag('')));
  const byDigest = await groupTags(records, repository, tags);
  const read = await inParallel(AT_ONCE, [...byDigest], async ([digest, own]) => {
    const found = await registry.getArtifact(repository, digest);
    if (!found) return [];
    const named = (found.json as { release?: unknown } | null)?.release;
    const release = typeof named === 'string' ? named : '';
    const record = readRecord(
      found.json,
      { app, release, registry: access },
      `${registry.host}/${repository}@${digest}`,
    );
    return [{ release, digest, tags: own, createdAt: record.createdAt, images: imagesOf(record) }];
  });
  return read.flat().sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1));
}

const imagesOf = ({ artifacts, environments }: ReleaseRecord): string[] => [
  ...Object.values(artifacts).map(({ image }) => image),
  ...environments.flatMap(({ services }) => services.map(({ image }) => image)),
];

/** Images that windlass pushed for releases that go, unless one that stays has the same. */
async function findImages(
  records: Records,
  { address }: RegistryAccess,
  app: string,
  shelf: RecordOnShelf[],
  { needed, stays }: { needed: Set<string>; stays: (release: string) => boolean },
): Promise<Spare['manifests']> {
  const own = shelf.flatMap(({ images }) => images).filter((image) => image.startsWith(`${address}/${app}/`));
  const names = [...new Set(own.map((image) => image.slice(0, image.indexOf('@'))))];
  const found = await inParallel(2, names, async (name) => {
    const repository = name.slice(records.registry.host.length + 1);
    const tags = (await records.registry.listTags(repository)).filter((tag) => tag.startsWith(imageTag(app, '')));
    const byDigest = await groupTags(records, repository, tags);
    return [...byDigest].flatMap(([digest, all]) => {
      const isNeeded = needed.has(`${name}@${digest}`) || all.some((tag) => stays(tag.slice(imageTag(app, '').length)));
      return isNeeded ? [] : [{ repository, digest, tags: all }];
    });
  });
  return found.flat();
}

async function groupTags({ registry }: Records, repository: string, tags: string[]): Promise<Map<string, string[]>> {
  const digests = await inParallel(AT_ONCE, tags, (tag) => registry.headManifest(repository, tag));
  const byDigest = new Map<string, string[]>();
  for (const [index, digest] of digests.entries())
    if (digest !== undefined) byDigest.set(digest, [...(byDigest.get(digest) ?? []), tags[index]!]);
  return byDigest;
}
