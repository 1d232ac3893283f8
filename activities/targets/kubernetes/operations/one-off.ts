import type { CommonOperations } from '../../../../src/model/operations/common';
import { shortName } from '../../../../src/model/kubernetes/names';
import { callerLabel, currentCaller } from '../../../engines/attempt';
import { runOneOff as runOnceOnly, type OneOff } from '../../../engines/one-off';
import type { KubernetesContext } from '../context';
import { wordsOn } from '../objects';
import { findPod, hasFailed, removeJob, waitUntilOver } from '../sets/job';
import { makeJob } from '../sets/make';
import { readLastLines } from '../sets/said';

/** Runs a service's `before` command, or its undo, as a Job. */
export const runOneOff = (ctx: KubernetesContext, input: CommonOperations['runOneOff']): Promise<void> =>
  runOnceOnly(ctx, input, {
    runToEnd: (oneOff, beforeMaking) => runToEnd(ctx, oneOff, beforeMaking),
    hasBegun: async (name) => (await ctx.space.get('Job', shortName(name))) !== undefined,
    remove: (name) => removeJob(ctx, shortName(name)),
  });

/** Attaches to a Job that runs; reruns one that failed for another caller; never reruns one that succeeded. */
async function runToEnd(
  ctx: KubernetesContext,
  { release, service, name, command }: OneOff,
  beforeMaking?: () => Promise<void>,
) {
  const { space, place } = ctx;
  const environment = await ctx.environment(release);
  const caller = currentCaller();
  const make = makeJob(ctx, environment, service, release, { name, command, step: 'runOneOff', caller });
  const found = await space.get('Job', make.name);
  const isOthers = found && (wordsOn(found)[callerLabel(place.installation)] ?? '') !== caller;
  const isAgain = isOthers && (await hasFailed(ctx, make.name));
  if (isAgain) await removeJob(ctx, make.name);
  if (!found) await beforeMaking?.();
  if (!found || isAgain) await space.apply(await make.whole(1));
  const exitCode = await waitUntilOver(ctx, make);
  return { exitCode, readLastLines: async () => readLastLines(ctx, make, await findPod(ctx, make.name)) };
}
