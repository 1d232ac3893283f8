import type { ReleaseRecord } from '../../src/manifest/record/record';
import { recordTag } from '../../src/model/names';
import type { RecordRef, RegistryAccess } from '../../src/model/release';
import { permanent } from '../drivers/errors';
import { Shared } from '../waiting';
import { readRecord } from './record-format';
import { openRecords } from './repository';

/** The number of cached records: each operation of a rollout reads its own, and a digest never changes its meaning. */
const KEPT = 32;
const kept = new Map<string, Shared<ReleaseRecord>>();

/**
 * The record of a reference, by its digest. Fails permanently (kind `no-record`) when the registry
 * has lost it. The wait for a registry ends when the activity is stopped.
 */
export async function loadRecord(ref: RecordRef): Promise<ReleaseRecord> {
  const key = `${ref.registry.address} ${ref.app} ${ref.digest}`;
  const forget = (error: unknown) => {
    if (kept.get(key) === record) kept.delete(key);
    throw error;
  };
  const known = kept.get(key);
  const record = known && !known.isStopped ? known : new Shared((signal) => fetchRecord(ref, signal).catch(forget));
  // The most recently used is dropped last; a failed one is requested again.
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
    message: `the record of release ${ref.release} of ${ref.app} is not in the registry (${place}). Was it deleted? Release that commit again`,
  });
}

/** A release's record and reference by its name; undefined when the registry has none. */
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
