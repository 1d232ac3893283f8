import { setTimeout as pause } from 'node:timers/promises';
import { oneOffName } from '../../../src/model/names';
import type { CommandRun } from '../driver';
import { makeOneOff } from './containers/containers';
import { readLastLines } from './containers/last-lines';
import { startContainer } from './containers/start-container';
import type { DockerContext } from './context';

/** Runs a command in its own container. A retry attaches to a running one and replaces an ended one. */
export async function runOnce(
  ctx: DockerContext,
  { environment, release, service, command, name: step, withinMs }: CommandRun,
): Promise<{ exitCode?: number; lastLines: string[] }> {
  const { engine } = ctx;
  const name = oneOffName(ctx.place, release, service, step);
  const make = makeOneOff(ctx, environment, await ctx.service(release, service), release, {
    name,
    command,
    step: 'verify',
  });
  if ((await engine.inspectContainer(name))?.state !== 'running') {
    await engine.removeContainer(name);
    await startContainer(ctx, make, undefined);
  }
  const exitCode = await waitWithin(ctx, name, withinMs);
  const lastLines = await readLastLines(ctx, environment, name);
  await engine.removeContainer(name);
  return { ...(exitCode !== undefined && { exitCode }), lastLines };
}

async function waitWithin(ctx: DockerContext, name: string, ms: number): Promise<number | undefined> {
  const stop = new AbortController();
  const signal = ctx.watch.signal ? AbortSignal.any([ctx.watch.signal, stop.signal]) : stop.signal;
  try {
    const late = pause(ms, undefined, { signal });
    const ended = ctx.engine.waitContainer(name, signal);
    // The loser is stopped below, and nobody handles its rejection.
    late.catch(() => undefined);
    ended.catch(() => undefined);
    return await Promise.race([ended, late]);
  } finally {
    stop.abort();
  }
}
