import { imageRepository, imageTag } from '../../src/model/names';
import { releaseName } from '../../src/model/release';
import { connectRegistry, type Registry } from '../drivers/registry/registry';
import type { Login } from '../drivers/docker/engine';
import { requireRegistry } from '../policy/allowed';
import { currentWatch } from '../heartbeat';
import { loginFor } from '../secrets';
import type { BuildInput } from '../types';

export interface ImageDestination {
  registry: Registry;
  login?: Login;
  repository: string;
  path: string;
  tag: string;
  commitTag: string;
}

/** Where a build's image goes, with the registry's login read now. */
export async function imageDestination({
  app,
  release,
  source,
  registry: access,
  build,
}: BuildInput): Promise<ImageDestination> {
  await requireRegistry(app, access);
  const login = await loginFor(access);
  const registry = connectRegistry(access.address, login, currentWatch().signal);
  const repository = imageRepository(access.address, app, build.service);
  return {
    registry,
    login,
    repository,
    path: repository.slice(registry.host.length + 1),
    tag: imageTag(app, release),
    commitTag: imageTag(app, releaseName(source.commit)),
  };
}
