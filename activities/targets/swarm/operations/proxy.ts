import { environmentNetwork, labels, proxyName } from '../../../../src/model/names';
import type { TargetScope } from '../../../../src/model/operations/operation';
import { proxySettings } from '../../../engines/proxy/proxy-settings';
import type { SwarmContext } from '../context';

/** Starts the proxy on every edge, and lets it into the environment's overlay; `closed` while something else uses its port. */
export async function ensureProxy(ctx: SwarmContext, { closed }: TargetScope & { closed?: true }): Promise<void> {
  const settings = { ...proxySettings(ctx.settings), ...(closed && { closed }) };
  await Promise.all(ctx.edges.map(({ engine }) => ctx.proxy.ensure(engine, settings, ctx.watch)));
}

/** Opens the ports of the edges. A proxy is recreated for that, so it joins the environment's overlay again. */
export async function openProxy(ctx: SwarmContext): Promise<void> {
  await ensureProxy(ctx, { target: ctx.host });
  await joinProxies(ctx);
}

/** Frees their ports, unless they serve another environment. */
export async function closeProxy(ctx: SwarmContext): Promise<void> {
  const settings = { ...proxySettings(ctx.settings), closed: true };
  await Promise.all(ctx.edges.map(({ engine }) => ctx.proxy.close(engine, ctx.place, settings, ctx.watch)));
}

/** The environment's overlay, in which the proxies call the sets by their long names, and services call accessories. */
export const ensureHome = ({ swarm, place }: SwarmContext): Promise<void> =>
  swarm.createOverlay({
    name: environmentNetwork(place),
    labels: labels(place.installation, {
      role: 'network',
      app: place.app,
      environment: place.environment,
      step: 'createNetworks',
    }),
  });

export async function joinProxies({ edges, place }: SwarmContext): Promise<void> {
  const name = proxyName(place.installation);
  await Promise.all(
    edges.map(async ({ engine }) => {
      const found = await engine.inspectContainer(name);
      if (found && !(environmentNetwork(place) in found.networks))
        await engine.connectNetwork(environmentNetwork(place), name, []);
    }),
  );
}
