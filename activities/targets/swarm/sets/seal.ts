import { createHash } from 'node:crypto';
import type { ServiceState } from '../../../drivers/swarm/swarm';
import { inOrder } from '../../../canonical-json';
import type { SwarmContext } from '../context';
import { change } from './change';

/** A label of the Swarm service: a hash of what the swarm has stored of its tasks. */
const sealLabel = (installation: string) => `${installation}.seal`;

/** Restarting all tasks (`docker service update --force`) changes nothing of them. */
function hashOf({ spec: { TaskTemplate } }: Pick<ServiceState, 'spec'>): string {
  const { ForceUpdate: _, ...template } = TaskTemplate;
  return createHash('sha256').update(inOrder(template)).digest('hex').slice(0, 12);
}

/**
 * Marks what windlass has made, so that a change by others is seen. A label of a service restarts nothing; but the swarm does not say any
 * more why it cannot place tasks that are of the service as it was before, so this is only for what runs.
 */
export const seal = (ctx: SwarmContext, name: string): Promise<void> =>
  change(ctx, name, (found) => {
    const label = sealLabel(ctx.place.installation);
    if (found.labels[label] !== undefined) return undefined;
    return { ...found.spec, Labels: { ...found.spec.Labels, [label]: hashOf(found) } };
  });

/** What others did to a Swarm service of windlass, a sentence after its name; undefined where nobody did anything. */
export function describeOthers(installation: string, found: ServiceState): string | undefined {
  const sealed = found.labels[sealLabel(installation)];
  if (sealed === undefined || sealed === hashOf(found)) return undefined;
  const { state = 'none', message = '' } = found.update ?? {};
  const back = `Go back (docker service rollback ${found.name}), or release again`;
  const said = message === '' ? '' : `, the swarm says "${message}"`;
  if (state === 'updating') return `is being changed by others (docker service update)${said}. ${back}`;
  if (state.includes('paused'))
    return `was changed by others (docker service update), and the change is paused${said}: instances of both may run. ${back}`;
  return `was changed by others (docker service update). ${back}`;
}
