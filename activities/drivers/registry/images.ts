import { z } from 'zod';
import type { RegistryConnection } from './connection';
import { getBlob, getManifest, headManifest, putManifest, readJson } from './manifests';

export interface StoredImage {
  digest: string;
  labels: Record<string, string>;
  volumes: string[];
}

const imageConfig = z.looseObject({
  config: z
    .looseObject({
      Labels: z.record(z.string(), z.string()).nullish(),
      Volumes: z.record(z.string(), z.unknown()).nullish(),
    })
    .nullish(),
});

/** The labels and volumes of an image by tag or digest; of an index, its first image's. Undefined when missing. */
export async function readImage(
  connection: RegistryConnection,
  repository: string,
  reference: string,
): Promise<StoredImage | undefined> {
  const stored = await getManifest(connection, repository, reference);
  if (!stored) return undefined;
  const first = stored.manifest.manifests?.[0];
  const config = (first ? await getManifest(connection, repository, first.digest) : stored)?.manifest.config;
  const blob = config && (await getBlob(connection, repository, config.digest));
  const { config: settings } = readJson(connection, repository, blob ?? Buffer.from('{}'), imageConfig);
  const volumes = Object.keys(settings?.Volumes ?? {}).sort();
  return { digest: stored.digest, labels: settings?.Labels ?? {}, volumes };
}

/** Adds a tag to an image, unless the tag is taken. */
export async function tagImage(
  connection: RegistryConnection,
  repository: string,
  digest: string,
  tag: string,
): Promise<void> {
  if (await headManifest(connection, repository, tag)) return;
  const stored = await getManifest(connection, repository, digest);
  if (stored) await putManifest(connection, repository, tag, stored);
}
