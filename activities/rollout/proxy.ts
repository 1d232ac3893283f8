import type { HostScope, ReleaseScope } from '../../src/model/plan';
import { proxySettings } from '../proxy-settings';
import type { RolloutContext } from './context';
import { connectProxy } from './networks';

/** The proxy runs on the host; `closed` where something else still listens on its port. */
export async function ensureProxy(ctx: RolloutContext, { closed }: HostScope & { closed?: true }): Promise<void> {
  await ctx.proxy.ensure(ctx.engine, settingsOf(ctx, closed), ctx.watch);
}

/** The proxy listens on its port of the host. It was made anew for that, so it joins the release's networks once more. */
export async function openProxy(ctx: RolloutContext, { release }: ReleaseScope): Promise<void> {
  await ctx.proxy.ensure(ctx.engine, settingsOf(ctx), ctx.watch);
  await connectProxy(ctx, await ctx.environment(release), release);
}

/** Its port is free again, unless it serves another environment, whose requests come in there. */
export async function closeProxy(ctx: RolloutContext): Promise<void> {
  await ctx.proxy.close(ctx.engine, ctx.place, settingsOf(ctx, true), ctx.watch);
}

const settingsOf = ({ settings }: RolloutContext, closed?: true) => ({
  ...proxySettings(settings),
  ...(closed && { closed }),
});
