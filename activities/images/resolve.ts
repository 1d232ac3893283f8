import type { Artifact } from '../../src/manifest/record';
import type { RegistryAccess } from '../../src/model/release';
import type { Engine } from '../drivers/docker/engine';
import { splitReference } from '../drivers/docker/reference';
import { hostOf, splitRepository } from '../drivers/registry/address';
import { connectRegistry } from '../drivers/registry/registry';
import { permanent } from '../drivers/errors';
import { currentWatch } from '../heartbeat';
import { loginFor } from '../secrets';

export interface ResolveInput {
  registry: RegistryAccess;
  service: string;
  reference: string;
  origin: Artifact['origin'] & ('given' | 'resolved');
}

/**
 * Pins an image to its digest. One that CI gave must name a digest that its registry has; one of the compose file that
 * names a digest stays. Permanent failure (kind `no-such-image`) when there is none.
 */
export async function resolveImage(input: ResolveInput, engine: Engine): Promise<Artifact> {
  const { reference, origin, service } = input;
  const { repository, digest } = splitReference(reference);
  if (origin === 'given' && !digest)
    throw permanent({
      kind: 'bad-image',
      service,
      message: `--image ${service}=${reference}: has no digest. Write ${service}=${repository}@sha256:…, as the push has printed it`,
    });
  if (digest && origin === 'resolved') return { image: `${repository}@${digest}`, origin };
  const found = await lookUp(input, engine);
  return { image: `${repository}@${found}`, origin };
}

/** The engine knows short names and mirrors; where it does not answer, the release's own registry is asked itself. */
async function lookUp({ reference, registry: access, service }: ResolveInput, engine: Engine): Promise<string> {
  const { repository, tag = 'latest', digest } = splitReference(reference);
  const place = splitRepository(repository);
  const isOwn = place?.host === hostOf(access.address);
  const login = isOwn ? await loginFor(access) : undefined;
  try {
    return await engine.resolveDigest(digest ? `${repository}@${digest}` : `${repository}:${tag}`, login);
  } catch (error) {
    if (!place || !isOwn) throw error;
    const registry = connectRegistry(place.host, login, currentWatch().signal);
    const found = await registry.headManifest(place.repository, digest ?? tag);
    if (found) return found;
    const message = `the registry ${place.host} has no ${reference}. Check the name, and that it was pushed`;
    throw permanent({ kind: 'no-such-image', service, message });
  }
}
