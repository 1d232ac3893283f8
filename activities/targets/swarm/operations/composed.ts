import { STACK } from '../../../../src/model/names';
import type { EngineOperations } from '../../../../src/model/operations/engine';
import type { ServiceState } from '../../../drivers/swarm/swarm';
import type { SwarmContext } from '../context';
import { change } from '../sets/change';
import { waitUntilEnded } from '../sets/remove';

/** How many there were of a service that `docker stack deploy` made, while it is at 0. */
const countLabel = ({ place }: SwarmContext) => `${place.installation}.count`;

/** Scales a service of the stack to 0, and waits until its tasks have ended. */
export async function stopComposed(ctx: SwarmContext, { container }: EngineOperations['stopComposed']): Promise<void> {
  const found = await findComposed(ctx, container);
  if (!found) return;
  if (!found.spec.Mode.Replicated)
    throw ctx.fail({
      kind: 'refused',
      message: `${container} is no replicated service (deploy.mode), so it cannot be stopped and kept. Remove it: docker service rm ${container}, and release again`,
    });
  await change(ctx, container, ({ spec, replicas }) =>
    replicas === 0
      ? undefined
      : {
          ...spec,
          Labels: { ...spec.Labels, [countLabel(ctx)]: String(replicas) },
          Mode: { Replicated: { Replicas: 0 } },
        },
  );
  await waitUntilEnded(ctx, found);
}

/** As it was before `stopComposed`. */
export async function startComposed(
  ctx: SwarmContext,
  { container }: EngineOperations['startComposed'],
): Promise<void> {
  if (!(await findComposed(ctx, container))) return;
  await change(ctx, container, ({ spec }) => {
    const { [countLabel(ctx)]: count, ...Labels } = spec.Labels;
    return count === undefined ? undefined : { ...spec, Labels, Mode: { Replicated: { Replicas: Number(count) } } };
  });
}

/** It stays at 0, without windlass's label. */
export async function releaseComposed(
  ctx: SwarmContext,
  { container }: EngineOperations['releaseComposed'],
): Promise<void> {
  if (!(await findComposed(ctx, container))) return;
  await change(ctx, container, ({ spec }) => {
    const { [countLabel(ctx)]: count, ...Labels } = spec.Labels;
    return count === undefined ? undefined : { ...spec, Labels };
  });
}

async function findComposed({ swarm, project }: SwarmContext, name: string): Promise<ServiceState | undefined> {
  const found = await swarm.inspectService(name);
  return found?.labels[STACK] === project ? found : undefined;
}
