import type { RegistryAccess } from '../../src/model/release';
import type { Engine } from '../drivers/docker/engine';
import { splitReference } from '../drivers/docker/reference';
import { hostOf, splitRepository } from '../drivers/registry/address';
import { connectRegistry } from '../drivers/registry/registry';
import { currentWatch } from '../heartbeat';
import { loginFor } from '../secrets';

/**
 * The volumes an image declares, in order, from its registry if the reference names one, else from
 * the engine, which pulls it if needed. Fails when neither has the image.
 */
export async function declaredVolumes(
  reference: string,
  access: RegistryAccess | undefined,
  engine: Engine,
): Promise<string[]> {
  const asked = await askRegistry(reference, access).catch(() => undefined);
  const known = asked ?? (await engine.imageVolumes(reference));
  if (known) return known;
  await engine.pullImage(reference, undefined, currentWatch());
  return (await engine.imageVolumes(reference)) ?? [];
}

async function askRegistry(reference: string, access: RegistryAccess | undefined): Promise<string[] | undefined> {
  const { repository, tag = 'latest', digest } = splitReference(reference);
  const place = splitRepository(repository);
  if (!place) return undefined;
  const login = access && place.host === hostOf(access.address) ? await loginFor(access) : undefined;
  const registry = connectRegistry(place.host, login, currentWatch().signal);
  return (await registry.readImage(place.repository, digest ?? tag))?.volumes;
}
