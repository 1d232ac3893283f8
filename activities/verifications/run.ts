import { setTimeout as pause } from 'node:timers/promises';
import type { Verification } from '../../src/manifest/kinds';
import { oneOffName } from '../../src/model/names';
import { makeOneOff } from '../rollout/containers';
import { readLastLines } from '../rollout/last-lines';
import { startContainer } from '../rollout/start-container';
import type { Subject, VerificationResult } from './result';

type Run = Extract<Verification, { kind: 'run' }>;

/** Runs a command in a container of the service's image in the release's networks; it passes with exit status 0. */
export async function verifyRun(subject: Subject, { service, command, within }: Run): Promise<VerificationResult> {
  const { ctx, environment, release, index } = subject;
  const { engine } = ctx;
  const name = oneOffName(ctx.place, release, service, `verify-${index}`);
  const make = makeOneOff(ctx, environment, await ctx.service(release, service), release, {
    name,
    command,
    step: 'verify',
  });
  // One that has ended is of an earlier time: asked again, a verification is carried out again. One that runs is ours.
  if ((await engine.inspectContainer(name))?.state !== 'running') {
    await engine.removeContainer(name);
    await startContainer(ctx, make, undefined);
  }
  const exitCode = await waitWithin(subject, name, within);
  const lastLines = await readLastLines(ctx, environment, name);
  await engine.removeContainer(name);
  if (exitCode === 0) return { outcome: 'passed' };
  const got = exitCode === undefined ? `no end within ${within / 1_000} s` : `exit status ${exitCode}`;
  return { outcome: 'failed', expected: `"${command.join(' ')}" to end with exit status 0`, got, lastLines };
}

/** The exit status; undefined when it has not ended in time. */
async function waitWithin({ ctx }: Subject, name: string, ms: number): Promise<number | undefined> {
  const stop = new AbortController();
  const signal = ctx.watch.signal ? AbortSignal.any([ctx.watch.signal, stop.signal]) : stop.signal;
  try {
    const late = pause(ms, undefined, { signal });
    const ended = ctx.engine.waitContainer(name, signal);
    // Whichever comes second is stopped below, and its rejection is of no interest.
    late.catch(() => undefined);
    ended.catch(() => undefined);
    return await Promise.race([ended, late]);
  } finally {
    stop.abort();
  }
}
