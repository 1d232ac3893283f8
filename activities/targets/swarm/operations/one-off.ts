import type { CommonOperations } from '../../../../src/model/operations/common';
import { callerLabel, currentCaller } from '../../../engines/attempt';
import { runOneOff as runOnceOnly, type OneOff } from '../../../engines/one-off';
import type { SwarmContext } from '../context';
import { change } from '../sets/change';
import { createJob, waitUntilOver } from '../sets/job';
import { makeJob } from '../sets/make';
import { hasEnded, waitUntilEnded } from '../sets/remove';
import { readLastLines } from '../sets/said';

/** Runs a service's `before` command, or its undo, as a job. */
export const runOneOff = (ctx: SwarmContext, input: CommonOperations['runOneOff']): Promise<void> =>
  runOnceOnly(ctx, input, {
    runToEnd: (oneOff, beforeMaking) => runToEnd(ctx, oneOff, beforeMaking),
    hasBegun: (name) => stopIfBegun(ctx, name),
    remove: (name) => ctx.swarm.removeService(name),
  });

/** Attaches to a job that runs; reruns one that failed for another caller; never reruns one that succeeded. */
async function runToEnd(
  ctx: SwarmContext,
  { release, service, name, command }: OneOff,
  beforeMaking?: () => Promise<void>,
) {
  const { swarm, place } = ctx;
  const environment = await ctx.environment(release);
  const caller = currentCaller();
  const make = makeJob(ctx, environment, service, release, { name, command, step: 'runOneOff', caller });
  const found = await swarm.inspectService(name);
  const isOthers = found && (found.labels[callerLabel(place.installation)] ?? '') !== caller;
  const [last] = isOthers ? await swarm.listTasks([found.id]) : [];
  if (last && (last.state === 'failed' || last.state === 'rejected')) await swarm.removeService(name);
  if (!found) await beforeMaking?.();
  await createJob(ctx, make);
  const { set, task, exitCode } = await waitUntilOver(ctx, make);
  return { exitCode, readLastLines: async () => (task ? await readLastLines(ctx, environment, set, task) : []) };
}

/** No node has this id, so nothing is started any more. */
const NOWHERE = 'node.id==none';

/** Did it ever start? One that runs is stopped. It stays as the proof, which an attempt after a crash looks for. */
async function stopIfBegun(ctx: SwarmContext, name: string): Promise<boolean> {
  const { swarm, place } = ctx;
  const found = await swarm.inspectService(name);
  if (!found) return false;
  const label = `${place.installation}.stopped`;
  const tasks = await swarm.listTasks([found.id]);
  if (found.labels[label] === undefined) {
    if (!tasks.some(({ container, state }) => container !== undefined || state === 'running')) {
      await swarm.removeService(name);
      return false;
    }
    if (tasks.every(hasEnded)) return true;
    // The tasks of a job that is changed end, and others would start.
    await change(ctx, name, ({ spec }) => ({
      ...spec,
      Labels: { ...spec.Labels, [label]: 'true' },
      TaskTemplate: { ...spec.TaskTemplate, Placement: { Constraints: [NOWHERE] } },
    }));
  }
  await waitUntilEnded(ctx, found);
  return true;
}
