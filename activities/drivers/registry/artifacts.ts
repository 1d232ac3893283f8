import { z } from 'zod';
import { permanent } from '../errors';
import type { RegistryConnection } from './connection';
import { digestOf, getBlob, getManifest, OCI_MANIFEST, putBlob, putManifest, readJson } from './manifests';

/** JSON in a registry: an OCI artifact with one JSON layer (image-spec 1.1, "Guidelines for Artifact Usage"). */
export interface ArtifactToStore {
  repository: string;
  tags: string[];
  artifactType: string;
  annotations: Record<string, string>;
  json: unknown;
  blobs?: Buffer[];
}
export interface StoredArtifact {
  digest: string;
  artifactType: string;
  annotations: Record<string, string>;
  json: unknown;
}

const EMPTY = { mediaType: 'application/vnd.oci.empty.v1+json', bytes: Buffer.from('{}') };

const BLOB = 'application/octet-stream';

/** Stores an artifact under its tags and returns its digest, which depends on the content alone. */
export async function putArtifact(connection: RegistryConnection, artifact: ArtifactToStore): Promise<string> {
  const { repository, tags, artifactType, annotations, json, blobs = [] } = artifact;
  const others = blobs.map((bytes) => ({ mediaType: BLOB, bytes }));
  const layer = { mediaType: artifactType, bytes: Buffer.from(JSON.stringify(json)) };
  const descriptors = await Promise.all(
    [EMPTY, layer, ...others].map(async ({ mediaType, bytes }) => ({
      mediaType,
      digest: await putBlob(connection, repository, bytes),
      size: bytes.length,
    })),
  );
  const [config, ...layers] = descriptors;
  const manifest = { schemaVersion: 2, mediaType: OCI_MANIFEST, artifactType, config, layers, annotations };
  const bytes = Buffer.from(JSON.stringify(manifest));
  for (const tag of tags) await putManifest(connection, repository, tag, { bytes, mediaType: OCI_MANIFEST });
  return digestOf(bytes);
}

/** The artifact of a tag or digest; undefined when there is none. Fails permanently when windlass did not write it. */
export async function getArtifact(
  connection: RegistryConnection,
  repository: string,
  reference: string,
): Promise<StoredArtifact | undefined> {
  const stored = await getManifest(connection, repository, reference);
  if (!stored) return undefined;
  const { artifactType = '', layers = [], annotations = {} } = stored.manifest;
  const bytes = layers[0] && (await getBlob(connection, repository, layers[0].digest));
  if (!bytes || !artifactType)
    throw permanent({
      kind: 'not-an-artifact',
      message: `read ${repository} ${reference}: the content in registry ${connection.address.host} is not a JSON artifact. Expected one written by windlass`,
    });
  return {
    digest: stored.digest,
    artifactType,
    annotations,
    json: readJson(connection, `${repository} ${reference}`, bytes, z.unknown()),
  };
}
