import { imageRepository, imageTag } from '../../src/model/names';
import { releaseName } from '../../src/model/release';
import { connectRegistry, type Registry } from '../drivers/registry/registry';
import type { Login } from '../drivers/docker/engine';
import { currentWatch } from '../heartbeat';
import { loginFor } from '../secrets';
import type { BuildInput } from '../types';

/** Where an image of a service is kept. */
export interface Place {
  registry: Registry;
  login?: Login;
  /** With the registry's host, as engines call it. */
  repository: string;
  /** Without, as the registry does. */
  path: string;
  /** Of this release. */
  tag: string;
  /** Of the first release of this commit. */
  commitTag: string;
}

/** Where the image of a build goes; the registry's login is read now. */
export async function placeOf({ app, release, source, registry: access, build }: BuildInput): Promise<Place> {
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
