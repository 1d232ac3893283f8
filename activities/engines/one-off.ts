import type { CommonOperations } from '../../src/model/operations/common';
import { oneOffName } from '../../src/model/names';
import type { Service } from '../../src/model/service';
import type { OperationContext } from '../rollout/context';

/** A command of a release, run under a name of its own. */
export interface OneOff {
  release: string;
  service: Service;
  name: string;
  command: string[];
}

/** How a kind of target runs a command: as a container, or as a job. */
export interface OneOffRunner {
  /** Runs it once, however many attempts ask for it. `beforeMaking` is called only when it has to be made. */
  runToEnd(
    oneOff: OneOff,
    beforeMaking?: () => Promise<void>,
  ): Promise<{ exitCode?: number; readLastLines(): Promise<string[]> }>;
  /** Did it ever start? */
  hasBegun(name: string): Promise<boolean>;
  remove(name: string): Promise<void>;
}

/**
 * Runs a service's `before` command once. It is kept until the release's networks are removed, and a retry reads its
 * exit status. With `undo`, runs its undo if the command ever started.
 */
export async function runOneOff(
  ctx: OperationContext,
  { release, service: name, index, undo }: CommonOperations['runOneOff'],
  runner: OneOffRunner,
): Promise<void> {
  const service = await ctx.service(release, name);
  const before = oneOffName(ctx.place, release, name, `before-${index}`);
  const after = oneOffName(ctx.place, release, name, `undo-${index}`);
  const oneOff = service.before[index];
  if (!oneOff)
    throw ctx.fail({ kind: 'no-such-command', service: name, message: `${name} has no command #${index + 1}` });
  const run = (command: Pick<OneOff, 'name' | 'command'>, beforeMaking?: () => Promise<void>) =>
    runToSuccess(ctx, runner, { release, service, ...command }, beforeMaking);
  if (!undo) return run({ name: before, command: oneOff.command }, () => runner.remove(after));
  if (!oneOff.undo || !(await runner.hasBegun(before))) return;
  await run({ name: after, command: oneOff.undo });
  // An undone command may run again: remove the proof that it ran before the proof that it was undone.
  await runner.remove(before);
  await runner.remove(after);
}

async function runToSuccess(
  ctx: OperationContext,
  runner: OneOffRunner,
  oneOff: OneOff,
  beforeMaking?: () => Promise<void>,
): Promise<void> {
  const { exitCode, readLastLines } = await runner.runToEnd(oneOff, beforeMaking);
  if (exitCode === 0) return;
  const { command, service } = oneOff;
  throw ctx.fail({
    kind: 'command-failed',
    service: service.name,
    message: `"${command.join(' ') || 'the command'}" of ${service.name} ended with exit status ${exitCode}. Expected 0`,
    lastLines: await readLastLines(),
  });
}

/** The service with this command; an empty one is the service's own. */
export const withCommand = (service: Service, command: string[]): Service =>
  command.length > 0 ? { ...service, container: { ...service.container, command } } : service;
