import { readAddress } from './address';
import { type ArtifactToStore, getArtifact, putArtifact, type StoredArtifact } from './artifacts';
import { RegistryConnection } from './connection';
import { readImage, type StoredImage, tagImage } from './images';
import type { Credentials } from './login';
import { deleteManifest, getBlob, getManifest, headManifest, type StoredManifest } from './manifests';
import { listTags } from './tags';

/**
 * A registry by the OCI distribution API. Repositories have no host; a reference is a tag or digest. Reading
 * something missing returns undefined. Every failure is `Permanent` or `Transient` and names the registry.
 */
export interface Registry {
  readonly host: string;
  headManifest(repository: string, reference: string): Promise<string | undefined>;
  getManifest(repository: string, reference: string): Promise<StoredManifest | undefined>;
  readImage(repository: string, reference: string): Promise<StoredImage | undefined>;
  /** Adds a tag to an image, unless the tag is taken. */
  tagImage(repository: string, digest: string, tag: string): Promise<void>;
  deleteManifest(repository: string, digest: string): Promise<void>;
  putArtifact(artifact: ArtifactToStore): Promise<string>;
  getArtifact(repository: string, reference: string): Promise<StoredArtifact | undefined>;
  /** Content by its digest, verified; undefined when missing. */
  getBlob(repository: string, digest: string): Promise<Buffer | undefined>;
  listTags(repository: string): Promise<string[]>;
}

/**
 * The registry of an address (`host:port`, anything after a slash is ignored). Does not connect
 * yet; the signal ends its requests.
 */
export function connectRegistry(address: string, credentials?: Credentials, signal?: AbortSignal): Registry {
  const connection = new RegistryConnection(readAddress(address), credentials, undefined, signal);
  return {
    host: connection.address.host,
    headManifest: (repository, reference) => headManifest(connection, repository, reference),
    getManifest: (repository, reference) => getManifest(connection, repository, reference),
    readImage: (repository, reference) => readImage(connection, repository, reference),
    tagImage: (repository, digest, tag) => tagImage(connection, repository, digest, tag),
    deleteManifest: (repository, digest) => deleteManifest(connection, repository, digest),
    putArtifact: (artifact) => putArtifact(connection, artifact),
    getArtifact: (repository, reference) => getArtifact(connection, repository, reference),
    getBlob: (repository, digest) => getBlob(connection, repository, digest),
    listTags: (repository) => listTags(connection, repository),
  };
}
