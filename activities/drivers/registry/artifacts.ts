import { permanent } from '../errors';
import type { Connection } from './connection';
import { digestOf, getBlob, getManifest, OCI_MANIFEST, putBlob, putManifest } from './manifests';

/** Data of our own in a registry: an OCI artifact with one layer, which is JSON (image-spec 1.1, "Guidelines for Artifact Usage"). */
export interface ArtifactToStore {
  repository: string;
  /** Given in this order. */
  tags: string[];
  artifactType: string;
  annotations: Record<string, string>;
  json: unknown;
  /** What else belongs to it, as layers after the JSON: it stays as long as the artifact does. */
  blobs?: Buffer[];
}
export interface StoredArtifact {
  digest: string;
  artifactType: string;
  annotations: Record<string, string>;
  json: unknown;
}

/** The descriptor of an empty configuration, by the same guidelines. */
const EMPTY = { mediaType: 'application/vnd.oci.empty.v1+json', bytes: Buffer.from('{}') };

/** Of any content. */
const BLOB = 'application/octet-stream';

/** Stores an artifact under its tags; returns its digest. The same content gives the same digest. */
export async function putArtifact(connection: Connection, artifact: ArtifactToStore): Promise<string> {
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

/** The artifact under a tag or digest; undefined when there is none. Permanent failure for what is no artifact of ours. */
export async function getArtifact(
  connection: Connection,
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
      message: `read ${repository} ${reference}: what the registry ${connection.address.host} has there is no artifact with JSON in it. Expected one that windlass wrote`,
    });
  return { digest: stored.digest, artifactType, annotations, json: JSON.parse(bytes.toString()) as unknown };
}
