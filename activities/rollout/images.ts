import type { HostScope, ServiceScope } from '../../src/model/plan';
import { hostPaths, lacksPath } from '../host-paths';
import { loginFor } from '../secrets';
import type { RolloutContext } from './context';

/**
 * What the service needs of the host is there: its image, by its digest, pulled with the release's login when it lies in the
 * release's registry; and the paths that it mounts.
 */
export async function pullImage(ctx: RolloutContext, { release, service: name }: ServiceScope): Promise<void> {
  const { image, container } = await ctx.service(release, name);
  for (const path of hostPaths(container))
    if (!(await ctx.engine.hasPath(path)))
      throw ctx.fail({ kind: 'no-such-path', service: name, message: lacksPath(name, path) });
  const registry = (await ctx.findRecord(release))?.registry;
  const login =
    registry && image.startsWith(`${registry.address}/`) ? await loginFor(registry, ctx.secrets) : undefined;
  await ctx.engine.pullImage(image, login, ctx.watch);
}

/**
 * Removes images of the app's repositories that are neither to be kept, nor in use, nor needed by another environment of the
 * app, which may share this host. What others put there stays.
 */
export async function pruneImages(ctx: RolloutContext, { keep }: HostScope & { keep: string[] }): Promise<void> {
  const { engine, place } = ctx;
  const registries = new Set((await ctx.records()).map(({ registry }) => registry.address));
  const used = (await engine.listContainers({})).map(({ image }) => image);
  const elsewhere = await ctx.imagesElsewhere();
  const needed = new Set([...keep, ...used, ...elsewhere]);
  for (const registry of registries) {
    const images = await engine.listImages(`${registry}/${place.app}`);
    const spare = images.filter((image) => !needed.has(image));
    for (const image of spare) await engine.removeImage(image);
  }
}
