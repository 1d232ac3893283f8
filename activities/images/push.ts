import type { Artifact } from '../../src/manifest/record';
import type { Engine, Watch } from '../drivers/docker/engine';
import { permanent } from '../drivers/errors';
import type { BuildInput } from '../types';
import { placeOf } from './place';

/** Pushes what was built, under the release's tag; the digest that the registry has. */
export async function pushImage(
  input: BuildInput & { imageId: string },
  engine: Engine,
  watch: Watch,
): Promise<Artifact> {
  const { registry, login, repository, path, tag, commitTag } = await placeOf(input);
  const { service } = input.build;
  if (!(await engine.imageId(input.imageId))) throw cleaned(engine.host, service, input.imageId);
  await engine.tagImage(input.imageId, repository, tag);
  const digest = await engine.pushImage(repository, tag, login, watch);
  // For later releases of this commit to find; the tag of an earlier one keeps that one from being cleaned away.
  if (tag !== commitTag) await registry.tagImage(path, digest, commitTag);
  return { image: `${repository}@${digest}`, origin: 'built' };
}

const cleaned = (host: string, service: string, id: string) =>
  permanent({
    kind: 'no-such-image',
    host,
    service,
    message: `the builder ${host} has the image ${id} no more. Was it cleaned, or is it another engine than the one that built? Release again`,
  });
