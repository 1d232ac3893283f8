import type { TargetScope, ReleaseScope } from '../../../../src/model/operations/operation';
import { proxySettings } from '../../../engines/proxy/proxy-settings';
import type { DockerContext } from '../context';
import { connectProxy } from './networks';

/** Starts the proxy; `closed` while something else uses its port. */
export async function ensureProxy(ctx: DockerContext, { closed }: TargetScope & { closed?: true }): Promise<void> {
  await ctx.proxy.ensure(ctx.engine, settingsOf(ctx, closed), ctx.watch);
}

/** Opens the proxy's host port. It is recreated for that, so it joins the release's networks again. */
export async function openProxy(ctx: DockerContext, { release }: ReleaseScope): Promise<void> {
  await ctx.proxy.ensure(ctx.engine, settingsOf(ctx), ctx.watch);
  await connectProxy(ctx, await ctx.environment(release), release);
}

/** Frees its port, unless it serves another environment. */
export async function closeProxy(ctx: DockerContext): Promise<void> {
  await ctx.proxy.close(ctx.engine, ctx.place, settingsOf(ctx, true), ctx.watch);
}

const settingsOf = ({ settings }: DockerContext, closed?: true) => ({
  ...proxySettings(settings),
  ...(closed && { closed }),
});
