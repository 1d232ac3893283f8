import type { Artifact } from '../../src/manifest/record/record';
import type { RegistryAccess } from '../../src/model/release';
import type { Engine, FoundImage } from '../drivers/docker/engine';
import { splitReference } from '../drivers/docker/reference';
import { hostOf, splitRepository } from '../drivers/registry/address';
import { connectRegistry } from '../drivers/registry/registry';
import { failureIn, permanent } from '../drivers/errors';
import { currentWatch, triedForMs } from '../heartbeat';
import { declaredVolumes } from './declared';
import { loginFor } from '../secrets';

export interface ResolveInput {
  registry: RegistryAccess;
  service: string;
  reference: string;
  origin: Artifact['origin'] & ('given' | 'resolved');
}

/**
 * Pins an image to its digest and finds the volumes it declares. CI's images must have a digest the registry knows;
 * a digest in the compose file stays. Fails permanently (kind `no-such-image`) for a missing image.
 */
export async function resolveImage(input: ResolveInput, engine: Engine): Promise<Artifact> {
  const { image, origin } = await pin(input, engine);
  // It is pinned even if it cannot be inspected; the next plan finds the volumes it left.
  const volumes = await declaredVolumes(image, input.registry, engine).catch(() => undefined);
  currentWatch().signal?.throwIfAborted();
  return { image, origin, ...declaring(volumes) };
}

/** Most images declare none. */
export const declaring = (volumes: string[] = []) => (volumes.length > 0 ? { volumes } : {});

async function pin(input: ResolveInput, engine: Engine): Promise<Artifact> {
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
  return { image: `${repository}@${found.digest}`, origin };
}

/** A foreign registry may be a typing error: it is retried only this long, and each request is limited to it. */
const OTHERS_MS = 25_000;

/** The engine knows short names and mirrors. If it does not answer, the release's own registry is asked directly. */
export async function lookUp(
  { reference, registry: access, service }: ResolveInput,
  engine: Engine,
): Promise<FoundImage> {
  const { repository, tag = 'latest', digest } = splitReference(reference);
  const place = splitRepository(repository);
  const isOwn = place?.host === hostOf(access.address);
  const login = isOwn ? await loginFor(access) : undefined;
  try {
    const name = digest ? `${repository}@${digest}` : `${repository}:${tag}`;
    return await engine.findImage(name, login, isOwn ? undefined : OTHERS_MS);
  } catch (error) {
    if (!place || !isOwn) throw triedForMs() > OTHERS_MS ? forGood(error) : error;
    const registry = connectRegistry(place.host, login, currentWatch().signal);
    const found = await registry.headManifest(place.repository, digest ?? tag);
    if (found) return { digest: found, platforms: [], isList: false };
    const message = `the registry ${place.host} has no ${reference}. Check the name, and that it was pushed`;
    throw permanent({ kind: 'no-such-image', service, message });
  }
}

function forGood(error: unknown): unknown {
  const failure = failureIn(error);
  return failure ? permanent(failure) : error;
}
