import type { Connection } from './connection';
import { getBlob, getManifest, headManifest, putManifest } from './manifests';

/** The labels of an image under a tag or digest; of an index, those of its first image. Undefined when there is none. */
export async function readImage(
  connection: Connection,
  repository: string,
  reference: string,
): Promise<{ digest: string; labels: Record<string, string> } | undefined> {
  const stored = await getManifest(connection, repository, reference);
  if (!stored) return undefined;
  const first = stored.manifest.manifests?.[0];
  const config = (first ? await getManifest(connection, repository, first.digest) : stored)?.manifest.config;
  const blob = config && (await getBlob(connection, repository, config.digest));
  const { config: settings } = JSON.parse(blob?.toString() ?? '{}') as { config?: { Labels?: Record<string, string> } };
  return { digest: stored.digest, labels: settings?.Labels ?? {} };
}

/** Gives an image one more tag, unless that tag is there. */
export async function tagImage(connection: Connection, repository: string, digest: string, tag: string): Promise<void> {
  if (await headManifest(connection, repository, tag)) return;
  const stored = await getManifest(connection, repository, digest);
  if (stored) await putManifest(connection, repository, tag, stored);
}
