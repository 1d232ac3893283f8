import { createHash } from 'node:crypto';
import type { Artifact, EnvironmentRecord, ReleaseRecord } from '../../src/manifest/record';
import { recordTag } from '../../src/model/names';
import { permanent } from '../drivers/errors';
import { withoutCredentials } from '../source-url';
import type { StoredRelease, StoreInput } from '../types';
import { readFiles } from './files';
import { RECORD_TYPE } from './record-format';
import { openRecords } from './repository';

/**
 * Stores the record of a release: the draft with the digests of its artifacts. The same input gives the same digest, so a
 * retry stores nothing new. The files of the commit that its containers are given are kept with it. Permanent failure when a service has no artifact.
 */
export async function storeRelease(input: StoreInput, checkout: () => Promise<string>): Promise<StoredRelease> {
  const record = assembleRecord(input);
  const blobs = await readFiles(input.draft, checkout);
  const { app, release, registry: access, createdAt } = record;
  const { registry, repository } = await openRecords(access, app);
  const annotations = {
    'org.opencontainers.image.created': createdAt,
    'org.opencontainers.image.revision': record.commit.sha,
    'org.opencontainers.image.source': record.source.url,
    'org.opencontainers.image.version': release,
  };
  const tag = recordTag(release);
  // A release that is started again takes its tag over, while an environment may still be on the record from before: the
  // first tag is the content's own, and keeps each of them from being cleaned away.
  const tags = [`${tag}-${hashContent(record)}`, tag];
  const artifactType = RECORD_TYPE;
  const digest = await registry.putArtifact({ repository, tags, artifactType, annotations, json: record, blobs });
  return { record: { app, release, registry: access, digest } };
}

const hashContent = (record: ReleaseRecord) =>
  createHash('sha256').update(JSON.stringify(record)).digest('hex').slice(0, 12);

/** The record that a draft and its artifacts make. A login within the address of the source is left out. */
export function assembleRecord({ draft, release, artifacts, startedBy, createdAt }: StoreInput): ReleaseRecord {
  return {
    format: 1,
    app: draft.app,
    release,
    source: { ...draft.source, url: withoutCredentials(draft.source.url) },
    commit: draft.commit,
    startedBy,
    createdAt,
    artifacts,
    registry: draft.registry,
    environments: draft.environments.map((environment) => withImages(environment, artifacts)),
  };
}

function withImages(environment: EnvironmentRecord, artifacts: Record<string, Artifact>): EnvironmentRecord {
  const services = environment.services.map((service) => {
    const artifact = artifacts[service.name];
    if (artifact) return { ...service, image: artifact.image };
    throw permanent({
      kind: 'no-artifact',
      service: service.name,
      message: `environments.${environment.name}: no image was built, given or resolved for the service ${service.name}. There are images of: ${Object.keys(artifacts).join(', ') || 'none'}`,
    });
  });
  return { ...environment, services };
}
