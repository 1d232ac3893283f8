import { environmentNetwork } from '../../../../src/model/names';
import type { DockerContext } from '../context';
import { proxySettings } from '../../../engines/proxy/proxy-settings';

/** Removes the environment's own network, and the proxy unless it serves another environment. */
export async function leaveHost(ctx: DockerContext): Promise<void> {
  await ctx.engine.removeNetwork(environmentNetwork(ctx.place));
  await ctx.proxy.leave(ctx.engine, ctx.place, proxySettings(ctx.settings));
}
