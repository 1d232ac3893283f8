import type { ReleaseRecord } from '../../src/manifest/record';
import { recordTag } from '../../src/model/names';
import type { RecordRef, RegistryAccess } from '../../src/model/release';
import { permanent } from '../drivers/errors';
import { Shared } from '../waiting';
import { readRecord } from './record-format';
import { openRecords } from './repository';

/** As many records are kept in memory: each operation of a rollout reads its own, and a digest never means another one. */
const KEPT = 32;
const kept = new Map<string, Shared<ReleaseRecord>>();

/**
 * The record that a reference names, by its digest. Permanent failure (kind `no-record`) when the registry lost it. A registry that
 * does not answer is not waited for once the activity is stopped.
 */
export async function loadRecord(ref: RecordRef): Promise<ReleaseRecord> {
  const key = `${ref.registry.address} ${ref.app} ${ref.digest}`;
  const forget = (error: unknown) => {
    if (kept.get(key) === record) kept.delete(key);
    throw error;
  };
  const known = kept.get(key);
  const record = known && !known.isStopped ? known : new Shared((signal) => fetchRecord(ref, signal).catch(forget));
  // The one asked for last is the last to go; one that failed is asked for again.
  kept.delete(key);
  kept.set(key, record);
  for (const oldest of [...kept.keys()].slice(0, -KEPT)) kept.delete(oldest);
  return await record.wait();
}

async function fetchRecord(ref: RecordRef, signal: AbortSignal): Promise<ReleaseRecord> {
  const { registry, repository } = await openRecords(ref.registry, ref.app, signal);
  const place = `${registry.host}/${repository}@${ref.digest}`;
  const found = await registry.getArtifact(repository, ref.digest);
  if (found) return readRecord(found.json, ref, place);
  throw permanent({
    kind: 'no-record',
    message: `the record of release ${ref.release} of ${ref.app} is not in the registry (${place}). Was it cleaned? Release that commit again`,
  });
}

/** The record of a release by its name, with its reference; undefined when the registry has none of it. */
export async function findRecord(
  access: RegistryAccess,
  app: string,
  release: string,
): Promise<{ ref: RecordRef; record: ReleaseRecord } | undefined> {
  const { registry, repository } = await openRecords(access, app);
  const found = await registry.getArtifact(repository, recordTag(release));
  if (!found) return undefined;
  const ref = { app, release, registry: access, digest: found.digest };
  return { ref, record: readRecord(found.json, ref, `${registry.host}/${repository}:${recordTag(release)}`) };
}
