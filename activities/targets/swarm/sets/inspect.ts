import type { ServiceState } from '../../../drivers/swarm/swarm';
import type { SwarmContext } from '../context';
import type { Make } from './make';

/** The set as it is now. Fails with `kind` when it is gone, because nothing of windlass removes it meanwhile. */
export async function inspectSet(
  ctx: SwarmContext,
  { name, service }: Pick<Make, 'name' | 'service'>,
  kind: string,
): Promise<ServiceState> {
  const set = await ctx.swarm.inspectService(name);
  if (set) return set;
  throw ctx.fail({ kind, service: service.name, message: `${name} is gone: somebody removed it` });
}
