import type { LedgerEntry } from '../../../src/model/ledger/ledger';
import type { Link } from '../../../src/model/ledger/chain';
import { type People, verifyStatement } from '../../decisions/verify-statement';
import { isSignedByItsKey } from './ledger-key';
import { isEntry, isNoEntry } from './read-ledger';
import type { Records } from '../repository';

/** Whose word counts: keys of workers, and persons with theirs where a policy names them. */
export interface Trusted {
  keys: string[];
  people?: People;
}

/** An entry as a link of the chain; undefined when it is missing. */
export async function readLink(
  { registry, repository }: Records,
  tag: string,
  trust: Trusted,
): Promise<Link | undefined> {
  try {
    const found = await registry.getArtifact(repository, tag);
    if (!found) return undefined;
    const { digest, artifactType, json } = found;
    return isEntry(artifactType, json) ? describe(tag, digest, json, trust) : unreadable(tag, digest);
  } catch (error) {
    // What lies there is no artifact, or not what its digest says: that is a finding. A registry that is down is none.
    if (!isNoEntry(error)) throw error;
    return unreadable(tag, (await registry.headManifest(repository, tag)) ?? '');
  }
}

const unreadable = (tag: string, digest: string): Link => ({ tag, digest, signature: 'unreadable', after: [] });

function describe(tag: string, digest: string, entry: LedgerEntry, { keys, people }: Trusted): Link {
  const { app, seal, until } = entry;
  const badDecision = people && whyNotDecided(entry, people);
  if (!seal) return { tag, digest, app, signature: 'none', after: [] };
  const good = keys.includes(seal.key) ? 'good' : 'stranger';
  return {
    tag,
    digest,
    app,
    signature: isSignedByItsKey(entry) ? good : 'bad',
    sealedAs: seal.tag,
    after: seal.after,
    key: seal.key,
    ...(until !== undefined && { until }),
    ...(badDecision !== undefined && { badDecision }),
  };
}

/** What a person has signed is verified by itself: it proves the decision without trust in the worker. */
export function whyNotDecided({ at, signed }: LedgerEntry, people: People): string | undefined {
  const stated = signed && verifyStatement(signed, people, Date.parse(at));
  return stated && 'refused' in stated ? stated.refused : undefined;
}
