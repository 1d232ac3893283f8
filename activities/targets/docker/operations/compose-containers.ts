import type { RestartPolicy } from '../../../../src/model/container/container';
import { COMPOSE } from '../../../../src/model/names';
import type { TargetScope } from '../../../../src/model/operations/operation';
import type { DockerContext } from '../context';
import type { ContainerState } from '../../../drivers/docker/engine';
import { refuseSecondUserOf } from '../containers/one-user';

type Composed = TargetScope & { container: string };

/** Stops and keeps it, without restarts, not even after a restart of the engine. */
export async function stopComposed(ctx: DockerContext, { container }: Composed): Promise<void> {
  if (!(await findComposed(ctx, container))) return;
  await ctx.engine.setRestartPolicy(container, { name: 'no' });
  await ctx.engine.stopContainer(container);
}

/** Restarts it as docker compose created it, with its former restart policy. */
export async function startComposed(
  ctx: DockerContext,
  { container, restart }: Composed & { restart: RestartPolicy },
): Promise<void> {
  const found = await findComposed(ctx, container);
  if (!found) return;
  await refuseSecondUserOf(ctx, found);
  await ctx.engine.setRestartPolicy(container, restart);
  await ctx.engine.startContainer(container);
}

/** Gives it back its restart policy without starting it, so that `docker compose` finds it as it left it. */
export async function releaseComposed(
  ctx: DockerContext,
  { container, restart }: Composed & { restart: RestartPolicy },
): Promise<void> {
  if (await findComposed(ctx, container)) await ctx.engine.setRestartPolicy(container, restart);
}

async function findComposed(
  { engine, project }: DockerContext,
  container: string,
): Promise<ContainerState | undefined> {
  const found = await engine.inspectContainer(container);
  return found?.labels[COMPOSE.project] === project ? found : undefined;
}
