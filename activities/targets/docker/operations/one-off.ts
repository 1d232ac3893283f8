import type { CommonOperations } from '../../../../src/model/operations/common';
import { callerLabel, currentCaller } from '../../../engines/attempt';
import { runOneOff as runOnceOnly, type OneOff } from '../../../engines/one-off';
import { makeOneOff } from '../containers/containers';
import type { DockerContext } from '../context';
import { readLastLines } from '../containers/last-lines';
import { startContainer } from '../containers/start-container';

/** Runs a service's `before` command, or its undo, in a container. */
export const runOneOff = (ctx: DockerContext, input: CommonOperations['runOneOff']): Promise<void> =>
  runOnceOnly(ctx, input, {
    runToEnd: (oneOff, beforeMaking) => runToEnd(ctx, oneOff, beforeMaking),
    hasBegun: (name) => stopIfBegun(ctx, name),
    remove: (name) => ctx.engine.removeContainer(name),
  });

/**
 * The exit status. Attaches to a running container; reruns one that failed for another caller; never reruns a
 * succeeded one.
 */
async function runToEnd(
  ctx: DockerContext,
  { release, service, name, command }: OneOff,
  beforeMaking?: () => Promise<void>,
) {
  const { engine, place, watch } = ctx;
  const environment = await ctx.environment(release);
  const caller = currentCaller();
  const make = makeOneOff(ctx, environment, service, release, { name, command, step: 'runOneOff', caller });
  let found = await engine.inspectContainer(name);
  const hasFailed = found?.state === 'exited' && found.exitCode !== 0;
  if (hasFailed && (found!.labels[callerLabel(place.installation)] ?? '') !== caller) {
    await engine.removeContainer(name);
    found = undefined;
  }
  if (!found) await beforeMaking?.();
  if (!found || found.state === 'created') await startContainer(ctx, make, found);
  const exitCode = await engine.waitContainer(name, watch.signal);
  return { exitCode, readLastLines: () => readLastLines(ctx, environment, name) };
}

async function stopIfBegun({ engine }: DockerContext, name: string): Promise<boolean> {
  const found = await engine.inspectContainer(name);
  if (!found || found.state === 'created') return false;
  if (found.state === 'running') await engine.stopContainer(name);
  return true;
}
