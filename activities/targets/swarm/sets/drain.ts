import type { SwarmContext } from '../context';

/** Waits until no edge's proxy has a request in flight to any task of the set, at most `within` ms; returns whether that is so. */
export async function drainSet(ctx: SwarmContext, name: string, within: number): Promise<boolean> {
  const set = await ctx.swarm.inspectService(name);
  const tasks = set ? await ctx.swarm.listTasks([set.id]) : [];
  const addresses = tasks.filter(({ state }) => state === 'running').flatMap((task) => Object.values(task.addresses));
  const { place, proxy, watch } = ctx;
  const each = ctx.edges.map(({ engine }) =>
    proxy.drainFrom(engine, place.installation, addresses, within, watch.signal),
  );
  return (await Promise.all(each)).every(Boolean);
}
