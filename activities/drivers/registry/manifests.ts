import { createHash } from 'node:crypto';
import { permanent, transient } from '../errors';
import type { Connection } from './connection';

export const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';

/** All that an image can be described by (OCI image-spec, Docker schema 2). */
const ACCEPTED = [
  OCI_MANIFEST,
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
].join(', ');

export interface Descriptor {
  mediaType: string;
  digest: string;
  size: number;
}
/** An image's or an artifact's manifest, or the index of several. */
export interface Manifest {
  mediaType?: string;
  artifactType?: string;
  config?: Descriptor;
  layers?: Descriptor[];
  manifests?: (Descriptor & { platform?: { os: string; architecture: string } })[];
  annotations?: Record<string, string>;
}
export interface StoredManifest {
  digest: string;
  mediaType: string;
  bytes: Buffer;
  manifest: Manifest;
}

export const digestOf = (bytes: Buffer | string) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** The digest that a tag or digest has there now; undefined when there is none. */
export async function headManifest(
  connection: Connection,
  repository: string,
  reference: string,
): Promise<string | undefined> {
  const question = manifestQuestion('look for', repository, reference);
  const { status, headers } = await connection.ask({
    ...question,
    method: 'HEAD',
    headers: { accept: ACCEPTED },
    fine: [404],
  });
  if (status === 404) return undefined;
  // Not every registry sends the digest with HEAD.
  return headers.get('docker-content-digest') ?? (await getManifest(connection, repository, reference))?.digest;
}

/** The manifest by tag or digest; undefined when there is none. What comes by digest is checked against it. */
export async function getManifest(
  connection: Connection,
  repository: string,
  reference: string,
): Promise<StoredManifest | undefined> {
  const question = manifestQuestion('read', repository, reference);
  const { status, headers, body } = await connection.ask({ ...question, headers: { accept: ACCEPTED }, fine: [404] });
  if (status === 404) return undefined;
  const digest = digestOf(body);
  if (reference.startsWith('sha256:') && digest !== reference) throw altered(connection, repository, reference, digest);
  const manifest = JSON.parse(body.toString()) as Manifest;
  const mediaType = manifest.mediaType ?? headers.get('content-type') ?? OCI_MANIFEST;
  return { digest, mediaType, bytes: body, manifest };
}

/** Puts a manifest under a tag or its digest; what it names must be there. */
export async function putManifest(
  connection: Connection,
  repository: string,
  reference: string,
  stored: Pick<StoredManifest, 'bytes' | 'mediaType'>,
): Promise<void> {
  const question = manifestQuestion('write', repository, reference);
  const headers = { 'content-type': stored.mediaType };
  await connection.ask({ ...question, method: 'PUT', access: 'pull,push', headers, body: stored.bytes });
}

/** A blob as it is; undefined when there is none. Checked against its digest. For small ones: it is held in memory. */
export async function getBlob(connection: Connection, repository: string, digest: string): Promise<Buffer | undefined> {
  const doing = `read ${repository}@${digest}`;
  const path = `/v2/${repository}/blobs/${digest}`;
  const { status, body } = await connection.ask({ doing, path, repository, access: 'pull', fine: [404] });
  if (status === 404) return undefined;
  if (digestOf(body) !== digest) throw altered(connection, repository, digest, digestOf(body));
  return body;
}

/** Puts a blob unless it is there; returns its digest. */
export async function putBlob(connection: Connection, repository: string, bytes: Buffer): Promise<string> {
  const digest = digestOf(bytes);
  const question = { doing: `write to ${repository}`, repository, access: 'pull,push' as const };
  const path = `/v2/${repository}/blobs/${digest}`;
  const there = await connection.ask({ ...question, method: 'HEAD', path, fine: [404] });
  if (there.status !== 404) return digest;
  const { headers } = await connection.ask({ ...question, method: 'POST', path: `/v2/${repository}/blobs/uploads/` });
  const place = headers.get('location');
  if (!place)
    throw transient({
      kind: 'registry-error',
      message: `${question.doing}: the registry ${connection.address.host} names no place to upload to. If it lasts, read its log`,
    });
  const url = new URL(place, connection.address.url);
  url.searchParams.set('digest', digest);
  await connection.ask({
    ...question,
    method: 'PUT',
    path: url.href,
    headers: { 'content-type': 'application/octet-stream' },
    body: bytes,
  });
  return digest;
}

function manifestQuestion(verb: string, repository: string, reference: string) {
  const doing = `${verb} ${repository}${reference.startsWith('sha256:') ? '@' : ':'}${reference}`;
  return { doing, path: `/v2/${repository}/manifests/${reference}`, repository, access: 'pull' as const };
}

const altered = ({ address }: Connection, repository: string, wanted: string, got: string) =>
  permanent({
    kind: 'altered',
    message: `read ${repository}@${wanted}: the registry ${address.host} gives something else, with the digest ${got}. Do not trust it until whoever runs it has explained that`,
  });
