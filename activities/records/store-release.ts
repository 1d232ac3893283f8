import { createHash } from 'node:crypto';
import {
  type Artifact,
  type EnvironmentRecord,
  RECORD_FORMAT,
  type ReleaseRecord,
} from '../../src/manifest/record/record';
import { readTargets } from '../../src/model/format-1';
import { bare } from '../../src/model/container/data';
import { describeUncovered, isReplaced } from '../../src/compose/mounts/mounts';
import type { Service } from '../../src/model/service';
import { recordTag } from '../../src/model/names';
import { permanent } from '../drivers/errors';
import { withoutCredentials } from '../../src/model/text/address';
import type { StoredRelease, StoreInput } from '../types';
import { readFiles } from './files';
import { hashSources } from './sources';
import { RECORD_TYPE } from './record-format';
import { openRecords } from './repository';

/**
 * Stores a release's record: the draft with its artifacts' digests, and the files for its containers. The same
 * input gives the same digest, so a retry stores nothing new. Fails permanently when a service has no artifact.
 */
export async function storeRelease(input: StoreInput, checkout: () => Promise<string>): Promise<StoredRelease> {
  const built = Object.keys(input.artifacts).filter((service) => input.artifacts[service]!.origin !== 'given');
  // It is only information for people, so a release does not fail without it.
  const sources = await hashSources(input.draft, built, checkout).catch(() => ({}));
  const record = assembleRecord(input, sources);
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
  // A restarted release takes over its tag while an environment may still use the earlier record:
  // the first tag names the content and protects each from cleaning.
  const tags = [`${tag}-${hashContent(record)}`, tag];
  const artifactType = RECORD_TYPE;
  const digest = await registry.putArtifact({ repository, tags, artifactType, annotations, json: record, blobs });
  return { record: { app, release, registry: access, digest } };
}

const hashContent = (record: ReleaseRecord) =>
  createHash('sha256').update(JSON.stringify(record)).digest('hex').slice(0, 12);

/** The record of a draft and its artifacts, without any login in the source's address. */
export function assembleRecord(input: StoreInput, sources: Record<string, string> = {}): ReleaseRecord {
  const { draft, release, startedBy, createdAt } = input;
  const artifacts = withShared(input, input.artifacts);
  return {
    format: RECORD_FORMAT,
    app: draft.app,
    release,
    source: { ...draft.source, url: withoutCredentials(draft.source.url) },
    commit: draft.commit,
    startedBy,
    createdAt,
    artifacts,
    registry: draft.registry,
    environments: draft.environments.map((environment) =>
      withImages(readTargets(environment), artifacts, withShared(input, sources)),
    ),
    ...(draft.acceptsRepository && { acceptsRepository: true }),
  };
}

/** A service that uses another's image has its artifact, unless it was given its own. */
function withShared<T>({ draft: { shared = {} } }: StoreInput, all: Record<string, T>): Record<string, T> {
  const more = Object.entries(shared).flatMap(([name, of]) => (all[of] ? [[name, all[of]] as const] : []));
  return { ...Object.fromEntries(more), ...all };
}

function refuseEmptyVolumes(
  { name }: EnvironmentRecord,
  { kind, container, ...service }: Service,
  artifact: Artifact,
): void {
  const targets = container.mounts.map(({ target }) => bare(target));
  const left = (artifact.volumes ?? []).filter((path) => !targets.includes(bare(path)));
  if (left.length === 0 || !isReplaced(kind)) return;
  const message = `services.${service.name} of ${name} ${describeUncovered(service.name, left)}`;
  throw permanent({ kind: 'empty-volume', service: service.name, message });
}

function withImages(
  environment: EnvironmentRecord,
  artifacts: Record<string, Artifact>,
  sources: Record<string, string>,
): EnvironmentRecord {
  const services = environment.services.map((service) => {
    const artifact = artifacts[service.name];
    if (artifact) {
      refuseEmptyVolumes(environment, service, artifact);
      const from = sources[service.name];
      return { ...service, image: artifact.image, ...(from && { sources: from }) };
    }
    throw permanent({
      kind: 'no-artifact',
      service: service.name,
      message: `environments.${environment.name}: no image was built, given or resolved for the service ${service.name}. There are images of: ${Object.keys(artifacts).join(', ') || 'none'}`,
    });
  });
  return { ...environment, services };
}
