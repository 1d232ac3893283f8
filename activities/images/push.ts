import type { Artifact } from '../../src/manifest/record/record';
import { labels } from '../../src/model/names';
import type { Engine, Watch } from '../drivers/docker/engine';
import { splitReference } from '../drivers/docker/reference';
import { permanent } from '../drivers/errors';
import type { BuildInput } from '../types';
import { declaring } from './resolve';
import { type ImageDestination, imageDestination } from './image-destination';

/**
 * Pushes a built image under the release's tag; returns its digest in the registry. On an engine that
 * only builds, the images of earlier releases are removed.
 */
export async function pushImage(
  input: BuildInput & { imageId: string },
  engine: Engine,
  installation: string,
  watch: Watch,
): Promise<Artifact> {
  const place = await imageDestination(input);
  const { registry, login, repository, path, tag, commitTag } = place;
  if (!(await engine.imageId(input.imageId))) return await pushedBefore(input, place, engine.host);
  await engine.tagImage(input.imageId, repository, tag);
  const digest = await engine.pushImage(repository, tag, login, watch);
  // Later releases of this commit find it by this tag; an earlier one's tag protects that one from
  // cleaning.
  if (tag !== commitTag) await registry.tagImage(path, digest, commitTag);
  const declared = declaring(await engine.imageVolumes(input.imageId));
  await forgetEarlier(engine, installation, input.app, { repository, digest });
  return { image: `${repository}@${digest}`, origin: 'built', ...declared };
}

/** An earlier attempt may have pushed it, and a later release removed it from the builder since. */
async function pushedBefore(
  input: BuildInput & { imageId: string },
  place: ImageDestination,
  host: string,
): Promise<Artifact> {
  const { registry, repository, path, tag } = place;
  const stored = await registry.getManifest(path, tag);
  // An image's id is the digest of its configuration.
  if (!stored || stored.manifest.config?.digest !== input.imageId)
    throw cleaned(host, input.build.service, input.imageId);
  const found = await registry.readImage(path, stored.digest);
  return { image: `${repository}@${stored.digest}`, origin: 'built', ...declaring(found?.volumes ?? []) };
}

/** What is not pushed yet has no digest, and stays; where the application runs, its rollouts prune. */
async function forgetEarlier(
  engine: Engine,
  installation: string,
  app: string,
  { repository, digest }: { repository: string; digest: string },
): Promise<void> {
  if ((await engine.listContainers(labels(installation, { role: 'instance', app }))).length > 0) return;
  const earlier = (await engine.listImages(repository)).filter((image) => image !== `${repository}@${digest}`);
  for (const image of earlier)
    if (splitReference(image).repository === repository) await engine.removeImageWhole(image);
}

const cleaned = (host: string, service: string, id: string) =>
  permanent({
    kind: 'no-such-image',
    host,
    service,
    message: `image ${id} is gone from the builder ${host}. Was it deleted, or built by another engine? Release again`,
  });
