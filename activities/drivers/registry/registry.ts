import { readAddress } from './address';
import { type ArtifactToStore, getArtifact, putArtifact, type StoredArtifact } from './artifacts';
import { Connection } from './connection';
import { readImage, tagImage } from './images';
import type { Credentials } from './login';
import { getBlob, getManifest, headManifest, type StoredManifest } from './manifests';
import { listTags } from './tags';

/**
 * A registry, by the OCI distribution API. Repositories are named without the registry's host; a reference is a tag or a
 * digest. Reading what is not there is undefined; every failure is `Permanent` or `Transient`, and names the registry.
 */
export interface Registry {
  readonly host: string;
  /** The digest of a manifest, without reading it. */
  headManifest(repository: string, reference: string): Promise<string | undefined>;
  getManifest(repository: string, reference: string): Promise<StoredManifest | undefined>;
  /** An image's digest and labels. */
  readImage(
    repository: string,
    reference: string,
  ): Promise<{ digest: string; labels: Record<string, string> } | undefined>;
  /** One more tag for an image, unless the tag is taken. */
  tagImage(repository: string, digest: string, tag: string): Promise<void>;
  /** Stores JSON as an artifact; returns its digest. */
  putArtifact(artifact: ArtifactToStore): Promise<string>;
  getArtifact(repository: string, reference: string): Promise<StoredArtifact | undefined>;
  /** Content by its digest, which is checked; undefined when it is not there. */
  getBlob(repository: string, digest: string): Promise<Buffer | undefined>;
  /** All of them, in the registry's order; none for a repository that is not there. */
  listTags(repository: string): Promise<string[]>;
}

/** The registry of an address (`host:port`, what follows a slash does not count). Nothing is asked of it yet, and nothing once the signal is given. */
export function connectRegistry(address: string, credentials?: Credentials, signal?: AbortSignal): Registry {
  const connection = new Connection(readAddress(address), credentials, undefined, signal);
  return {
    host: connection.address.host,
    headManifest: (repository, reference) => headManifest(connection, repository, reference),
    getManifest: (repository, reference) => getManifest(connection, repository, reference),
    readImage: (repository, reference) => readImage(connection, repository, reference),
    tagImage: (repository, digest, tag) => tagImage(connection, repository, digest, tag),
    putArtifact: (artifact) => putArtifact(connection, artifact),
    getArtifact: (repository, reference) => getArtifact(connection, repository, reference),
    getBlob: (repository, digest) => getBlob(connection, repository, digest),
    listTags: (repository) => listTags(connection, repository),
  };
}
