import { readLabels } from '../../../../src/model/names';
import { failureIn } from '../../../drivers/errors';
import type { ServiceState, ServiceWords } from '../../../drivers/swarm/swarm';
import { loginForImage } from '../../../engines/registry-login';
import type { SwarmContext } from '../context';

/** How often somebody else may be quicker. */
const TRIES = 10;

/** Changes how many are wanted; nothing where there is no such set. */
export const scale = (ctx: SwarmContext, name: string, to: (wanted: number) => number): Promise<void> =>
  change(ctx, name, ({ spec, replicas }) =>
    to(replicas) === replicas ? undefined : { ...spec, Mode: { Replicated: { Replicas: to(replicas) } } },
  );

/**
 * Changes a service as it is now. Where somebody else was quicker, it is read again and looked at: perhaps nothing is left to do.
 * `to` returns undefined where nothing is. The login goes along, for the nodes use what they got last.
 */
export async function change(
  ctx: SwarmContext,
  name: string,
  to: (found: ServiceState) => ServiceWords | undefined,
): Promise<void> {
  for (let tries = 1; ; tries++) {
    const found = await ctx.swarm.inspectService(name);
    const spec = found && to(found);
    if (!found || !spec) return;
    const release = readLabels(ctx.place.installation, spec.Labels)?.release ?? '';
    const login = await loginForImage(ctx, release, spec.TaskTemplate.ContainerSpec.Image);
    try {
      return await ctx.swarm.updateService(found, spec, login);
    } catch (error) {
      if (tries === TRIES || failureIn(error)?.kind !== 'changed-meanwhile') throw error;
    }
  }
}
