import { createHash } from 'node:crypto';
import { z } from 'zod';
import { DIGEST } from '../../../src/model/text/grammar';
import { permanent, transient } from '../errors';
import type { RegistryConnection } from './connection';

export const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';

const ACCEPTED = [
  OCI_MANIFEST,
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
].join(', ');

/** What a registry answers may be anything: each part that is used has its type, and a digest never leads elsewhere. */
const maybe = <T extends z.ZodType>(type: T) => type.nullish().transform((value) => value ?? undefined);
const descriptor = z.looseObject({ mediaType: maybe(z.string()), digest: z.string().regex(DIGEST) });
const platform = z.looseObject({ os: z.string(), architecture: z.string() });
const imageManifest = z.looseObject({
  mediaType: maybe(z.string()),
  artifactType: maybe(z.string()),
  config: maybe(descriptor),
  layers: maybe(z.array(descriptor)),
  manifests: maybe(z.array(descriptor.extend({ platform: maybe(platform) }))),
  annotations: maybe(z.record(z.string(), z.string())),
});

export type ImageManifest = z.output<typeof imageManifest>;
export interface StoredManifest {
  digest: string;
  mediaType: string;
  bytes: Buffer;
  manifest: ImageManifest;
}

export const digestOf = (bytes: Buffer | string) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** The current digest of a tag or digest; undefined when there is none. */
export async function headManifest(
  connection: RegistryConnection,
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
  // Some registries send no digest with HEAD, and it goes into references and requests.
  const told = headers.get('docker-content-digest');
  return told !== null && DIGEST.test(told) ? told : (await getManifest(connection, repository, reference))?.digest;
}

/** The manifest by tag or digest; undefined when missing. Verified when requested by digest. */
export async function getManifest(
  connection: RegistryConnection,
  repository: string,
  reference: string,
): Promise<StoredManifest | undefined> {
  const question = manifestQuestion('read', repository, reference);
  const { status, headers, body } = await connection.ask({ ...question, headers: { accept: ACCEPTED }, fine: [404] });
  if (status === 404) return undefined;
  const digest = digestOf(body);
  if (reference.startsWith('sha256:') && digest !== reference) throw altered(connection, repository, reference, digest);
  const manifest = readJson(connection, `${repository} ${reference}`, body, imageManifest);
  const mediaType = manifest.mediaType ?? headers.get('content-type') ?? OCI_MANIFEST;
  return { digest, mediaType, bytes: body, manifest };
}

/** What a registry says is such JSON; fails permanently (kind `not-an-artifact`) when it is none. */
export function readJson<T>({ address }: RegistryConnection, what: string, bytes: Buffer, shape: z.ZodType<T>): T {
  const read = shape.safeParse(parseJson(bytes.toString()));
  if (read.success) return read.data;
  const { path, message } = read.error.issues[0]!;
  const where = path.length > 0 ? `${path.join('.')}: ${message}` : 'other JSON was expected';
  throw permanent({
    kind: 'not-an-artifact',
    message: `read ${what}: the content in registry ${address.host} is not JSON, or not such (${where}). Find out who put it there, and remove the tag`,
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Uploads a manifest under a tag or its digest; everything it refers to must exist. */
export async function putManifest(
  connection: RegistryConnection,
  repository: string,
  reference: string,
  stored: Pick<StoredManifest, 'bytes' | 'mediaType'>,
): Promise<void> {
  const question = manifestQuestion('write', repository, reference);
  const headers = { 'content-type': stored.mediaType };
  await connection.ask({ ...question, method: 'PUT', access: 'pull,push', headers, body: stored.bytes });
}

/** Deletes a manifest by its digest. Fails permanently (kind `no-deletion`) when the registry forbids it. */
export async function deleteManifest(
  connection: RegistryConnection,
  repository: string,
  digest: string,
): Promise<void> {
  const question = manifestQuestion('delete', repository, digest);
  const { status } = await connection.ask({
    ...question,
    method: 'DELETE',
    access: 'pull,push,delete',
    fine: [404, 405],
  });
  if (status === 405)
    throw permanent({
      kind: 'no-deletion',
      message: `${question.doing}: the registry ${connection.address.host} does not allow deletion. Allow it there (distribution: REGISTRY_STORAGE_DELETE_ENABLED=true), or clean it by its own means`,
    });
}

/** A blob, verified against its digest and held in memory; undefined when missing. */
export async function getBlob(
  connection: RegistryConnection,
  repository: string,
  digest: string,
): Promise<Buffer | undefined> {
  const doing = `read ${repository}@${digest}`;
  if (!DIGEST.test(digest)) throw altered(connection, repository, digest, 'none');
  const path = `/v2/${repository}/blobs/${digest}`;
  const { status, body } = await connection.ask({ doing, path, repository, access: 'pull', fine: [404] });
  if (status === 404) return undefined;
  if (digestOf(body) !== digest) throw altered(connection, repository, digest, digestOf(body));
  return body;
}

/** Uploads a blob unless it exists; returns its digest. */
export async function putBlob(connection: RegistryConnection, repository: string, bytes: Buffer): Promise<string> {
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
      message: `${question.doing}: the registry ${connection.address.host} returned no upload location. If this persists, read its log`,
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

const altered = ({ address }: RegistryConnection, repository: string, wanted: string, got: string) =>
  permanent({
    kind: 'altered',
    message: `read ${repository}@${wanted}: the registry ${address.host} returned other content, with digest ${got}. Do not trust the registry until its operator has explained this`,
  });
