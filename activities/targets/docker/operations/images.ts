import type { TargetScope, ServiceScope } from '../../../../src/model/operations/operation';
import { hostPaths, lacksPath } from '../host/host-paths';
import { loginForImage } from '../../../engines/registry-login';
import type { DockerContext } from '../context';

/**
 * Pulls the service's image by digest, with the release's login if it is in the release's registry, and checks
 * the host paths it mounts.
 */
export async function pullImage(ctx: DockerContext, { release, service: name }: ServiceScope): Promise<void> {
  const { image, container } = await ctx.service(release, name);
  for (const path of hostPaths(container))
    if (!(await ctx.engine.hasPath(path)))
      throw ctx.fail({ kind: 'no-such-path', service: name, message: lacksPath(name, path) });
  await ctx.engine.pullImage(image, await loginForImage(ctx, release, image), ctx.watch);
}

/**
 * Removes images of the app's repositories that are neither to be kept, nor in use, nor needed by another environment of the
 * app, which may share this host. What others put there stays. Where the host is the builder, too, the builder's tags go with them.
 */
export async function pruneImages(ctx: DockerContext, { keep }: TargetScope & { keep: string[] }): Promise<void> {
  const { engine, place } = ctx;
  const registries = new Set((await ctx.records()).map(({ registry }) => registry.address));
  const used = (await engine.listContainers({})).map(({ image }) => image);
  const elsewhere = await ctx.imagesElsewhere();
  const needed = new Set([...keep, ...used, ...elsewhere]);
  for (const registry of registries) {
    const images = await engine.listImages(`${registry}/${place.app}`);
    const spare = images.filter((image) => !needed.has(image));
    for (const image of spare) await engine.removeImageWhole(image);
  }
}
