import { environmentNetwork } from '../../src/model/names';
import type { RolloutContext } from './context';
import { proxySettings } from '../proxy-settings';

/** The last that goes: the environment's own network, and the proxy, unless another environment is served by it. */
export async function leaveHost(ctx: RolloutContext): Promise<void> {
  await ctx.engine.removeNetwork(environmentNetwork(ctx.place));
  await ctx.proxy.leave(ctx.engine, ctx.place, proxySettings(ctx.settings));
}
