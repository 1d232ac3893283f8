import { createHash } from 'node:crypto';
import type { RecordRef } from '../../src/model/release';
import { inParallel } from '../drivers/bounded';
import { openRecords, type Records } from '../records/repository';

/** Statements that were used, kept beside the ledger: each moves an environment once, whatever is sent again. */

const CLAIM_TYPE = 'application/vnd.windlass.claim.v1+json';
const PREFIX = 'used-';
const AT_ONCE = 8;
/** Clocks of workers may differ by so much: a claim stays longer than its statement is good. */
const CLOCKS_MS = 86_400_000;

export interface Claim {
  nonce: string;
  environment: string;
  run: string;
  /** Until then the statement is good, ISO 8601; missing in those of earlier versions, which stay. */
  until?: string;
}

/**
 * Takes a statement for a run; false when another one has it. The same run may ask again. Each run has a tag of its own, and looks
 * again once it is written: of two that ask at the same moment none, or one, gets it.
 */
export async function claim({ registry: access, app }: RecordRef, wanted: Claim): Promise<boolean> {
  const records = await openRecords(access, app);
  const { registry, repository } = records;
  const own = tagOf(wanted);
  const before = await claimsOf(records, wanted);
  if (before.length > 0) return await isOwn(records, before, wanted);
  await registry.putArtifact({ repository, tags: [own], artifactType: CLAIM_TYPE, annotations: {}, json: wanted });
  return await isOwn(records, await claimsOf(records, wanted), wanted);
}

async function claimsOf({ registry, repository }: Records, wanted: Claim): Promise<string[]> {
  return (await registry.listTags(repository)).filter((tag) => tag.startsWith(statementTag(wanted)));
}

async function isOwn({ registry, repository }: Records, tags: string[], wanted: Claim): Promise<boolean> {
  const own = tagOf(wanted);
  const isAlone = tags.length === 1;
  if (isAlone && tags[0] === own) return true;
  // Earlier versions had one tag for all runs.
  const known = isAlone && tags[0] === statementTag(wanted) && (await registry.getArtifact(repository, tags[0]));
  return known ? (known.json as Partial<Claim> | null)?.run === wanted.run : false;
}

/** The claims of an application whose statements are over, so that nothing can be done with them again. */
export async function findOver(
  { registry, repository }: Records,
  now: number,
): Promise<{ tag: string; digest: string }[]> {
  const tags = (await registry.listTags(repository)).filter((tag) => tag.startsWith(PREFIX));
  const found = await inParallel(AT_ONCE, tags, async (tag) => {
    const stored = await registry.getArtifact(repository, tag);
    const claimed = stored?.artifactType === CLAIM_TYPE ? (stored.json as Partial<Claim> | null) : undefined;
    // What somebody else has put under such a tag is not removed with it.
    const isOver = claimed?.until !== undefined && Date.parse(claimed.until) + CLOCKS_MS < now;
    return stored && isOver && tag === tagOf(claimed as Claim) ? [{ tag, digest: stored.digest }] : [];
  });
  return found.flat();
}

const hash = (...parts: string[]): string => createHash('sha256').update(JSON.stringify(parts)).digest('hex');

const statementTag = ({ nonce, environment }: Claim): string => `${PREFIX}${hash(nonce, environment).slice(0, 40)}`;

const tagOf = (claimed: Claim): string => `${statementTag(claimed)}-${hash(claimed.run).slice(0, 12)}`;
