import { COMPOSE } from '../../src/model/names';
import type { RestartPolicy } from '../../src/model/observed';
import type { HostScope } from '../../src/model/plan';
import type { RolloutContext } from './context';

type Composed = HostScope & { container: string };

/** It ends and is kept, and the engine does not start it again by itself, not even when the engine is started anew. */
export async function stopComposed(ctx: RolloutContext, { container }: Composed): Promise<void> {
  if (!(await isComposed(ctx, container))) return;
  await ctx.engine.setRestartPolicy(container, { name: 'no' });
  await ctx.engine.stopContainer(container);
}

/** It runs again as docker compose made it, with the restart policy that it had. */
export async function startComposed(
  ctx: RolloutContext,
  { container, restart }: Composed & { restart: RestartPolicy },
): Promise<void> {
  if (!(await isComposed(ctx, container))) return;
  await ctx.engine.setRestartPolicy(container, restart);
  await ctx.engine.startContainer(container);
}

/** It has the restart policy that it had, and stays as it stands: the next `docker compose` finds it as it left it. */
export async function releaseComposed(
  ctx: RolloutContext,
  { container, restart }: Composed & { restart: RestartPolicy },
): Promise<void> {
  if (await isComposed(ctx, container)) await ctx.engine.setRestartPolicy(container, restart);
}

/** Nothing but what compose made of this project is touched; what somebody has removed since is gone. */
async function isComposed({ engine, project }: RolloutContext, container: string): Promise<boolean> {
  const found = await engine.inspectContainer(container);
  return found?.labels[COMPOSE.project] === project;
}
