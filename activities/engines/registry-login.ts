import type { Login } from '../drivers/docker/engine';
import type { OperationContext } from '../rollout/context';
import { loginFor } from '../secrets';

/** The release's login for an image of it, if that is in the release's registry and needs one. */
export async function loginForImage(
  ctx: Pick<OperationContext, 'findRecord' | 'secrets'>,
  release: string,
  image: string,
): Promise<Login | undefined> {
  const registry = (await ctx.findRecord(release))?.registry;
  return registry && image.startsWith(`${registry.address}/`) ? loginFor(registry, ctx.secrets) : undefined;
}
