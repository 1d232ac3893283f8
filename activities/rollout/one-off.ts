import { oneOffName } from '../../src/model/names';
import type { ServiceScope } from '../../src/model/plan';
import type { Service } from '../../src/model/service';
import { currentDeed } from './attempt';
import { deedLabel, makeOneOff, type Make } from './containers';
import type { RolloutContext } from './context';
import { readLastLines } from './last-lines';
import { startContainer } from './start-container';

/**
 * Runs a `before` command of a service to its end, once: its container is kept until the release's networks are removed, and
 * a retry finds how it ended. With `undo`, its undo, if the command was begun at all.
 */
export async function runOneOff(
  ctx: RolloutContext,
  { release, service: name, index, undo }: ServiceScope & { index: number; undo?: boolean },
): Promise<void> {
  const service = await ctx.service(release, name);
  const before = oneOffName(ctx.place, release, name, `before-${index}`);
  const after = oneOffName(ctx.place, release, name, `undo-${index}`);
  const oneOff = service.before[index];
  if (!oneOff)
    throw ctx.fail({ kind: 'no-such-command', service: name, message: `${name} has no command #${index + 1}` });
  if (!undo)
    return run(ctx, { release, service, name: before, command: oneOff.command }, () =>
      ctx.engine.removeContainer(after),
    );
  if (!oneOff.undo || !(await stopIfBegun(ctx, before))) return;
  await run(ctx, { release, service, name: after, command: oneOff.undo });
  // What was undone may be done again: first the proof that it was done goes, then the one that it was undone.
  await ctx.engine.removeContainer(before);
  await ctx.engine.removeContainer(after);
}

interface Command {
  release: string;
  service: Service;
  /** Of the container. */
  name: string;
  command: string[];
}

async function run(
  ctx: RolloutContext,
  { release, service, name, command }: Command,
  beforeMaking?: () => Promise<void>,
): Promise<void> {
  const environment = await ctx.environment(release);
  const deed = currentDeed();
  const make = makeOneOff(ctx, environment, service, release, { name, command, step: 'runOneOff', deed });
  const exitCode = await runToEnd(ctx, make, deed, beforeMaking);
  if (exitCode === 0) return;
  throw ctx.fail({
    kind: 'command-failed',
    service: service.name,
    message: `"${command.join(' ') || 'the command'}" of ${service.name} ended with exit status ${exitCode}. Expected 0`,
    lastLines: await readLastLines(ctx, environment, name),
  });
}

/** Its exit status. Attaches to one that runs; one that failed for another deed is made anew, one that succeeded never. */
async function runToEnd(ctx: RolloutContext, make: Make, deed: string, beforeMaking?: () => Promise<void>) {
  const { engine, place, watch } = ctx;
  let found = await engine.inspectContainer(make.name);
  const hasFailed = found?.state === 'exited' && found.exitCode !== 0;
  if (hasFailed && (found!.labels[deedLabel(place.installation)] ?? '') !== deed) {
    await engine.removeContainer(make.name);
    found = undefined;
  }
  if (!found) {
    await beforeMaking?.();
  }
  if (!found || found.state === 'created') await startContainer(ctx, make, found);
  return engine.waitContainer(make.name, watch.signal);
}

/** Was the command begun? It is not running any more, then. */
async function stopIfBegun({ engine }: RolloutContext, name: string): Promise<boolean> {
  const found = await engine.inspectContainer(name);
  if (!found || found.state === 'created') return false;
  if (found.state === 'running') await engine.stopContainer(name);
  return true;
}
