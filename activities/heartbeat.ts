import { Context } from '@temporalio/activity';
import type { Watch } from './drivers/docker/engine';
import { transient } from './drivers/errors';

/**
 * Every activity sends a heartbeat each second, whatever it does: a worker that was killed is noticed after the
 * heartbeat time-out, not after the longest time that the activity may take.
 */
const EVERY_MS = 1_000;

/** What is told with each heartbeat: the last line of progress, and what a next attempt continues from. */
interface Beat {
  line?: string;
  resume?: unknown;
}

/** When an activity last had the chance to send one, in milliseconds since 1970. */
const beatAt = new WeakMap<Context, number>();

const beats = new WeakMap<Context, Beat>();

/** Is this very attempt the one that the server waits for? */
export type IsAwaited = (context: Context) => Promise<boolean>;

/**
 * Runs an activity with heartbeats until it ends. A cancelled activity ends as cancelled, whatever error its abort caused. One
 * that begins late asks first whether it is still awaited: a machine that slept finds in its mail what was given to others long ago.
 */
export function withHeartbeat<Input, Output>(
  deed: (input: Input) => Promise<Output>,
  isAwaited: IsAwaited = () => Promise.resolve(true),
): (input: Input) => Promise<Output> {
  return async (input) => {
    const context = Context.current();
    if (beginsLate(context) && !(await isAwaited(context))) throw overslept();
    const resume = (context.info.heartbeatDetails as Beat | undefined)?.resume;
    beats.set(context, { resume });
    beatAt.set(context, Date.now());
    const timer = setInterval(() => {
      // One that wakes up is given up before it says that it lives.
      if (wasFrozen(context)) return;
      beatAt.set(context, Date.now());
      context.heartbeat(beats.get(context));
    }, EVERY_MS);
    try {
      return await deed(input);
    } catch (error) {
      if (context.cancellationSignal.aborted) await context.cancelled;
      throw error;
    } finally {
      clearInterval(timer);
    }
  };
}

/**
 * Fails when this attempt has slept for longer than its heartbeat time-out, as on a machine that was frozen: another one has done its
 * work by then, and may have been followed by any number of rollouts, none of which it must undo. Asked before every deed.
 */
export function refuseAfterSleep(): void {
  const context = running();
  if (context && wasFrozen(context)) throw overslept();
}

const overslept = () =>
  transient({
    kind: 'overslept',
    message: 'this attempt slept for longer than its heartbeat time-out, and leaves its work to the next one',
  });

const beginsLate = ({ info }: Context): boolean =>
  info.heartbeatTimeoutMs !== undefined &&
  Date.now() - info.currentAttemptScheduledTimestampMs > info.heartbeatTimeoutMs;

function wasFrozen(context: Context): boolean {
  const { heartbeatTimeoutMs } = context.info;
  const at = beatAt.get(context);
  return heartbeatTimeoutMs !== undefined && at !== undefined && Date.now() - at > heartbeatTimeoutMs;
}

/** Progress and abort signal of the activity that is running; nothing of both outside of one. */
export function currentWatch(): Watch {
  const context = running();
  if (!context) return {};
  return {
    signal: context.cancellationSignal,
    onProgress: (line) => void beats.set(context, { ...beats.get(context), line }),
  };
}

/** Keeps what a next attempt is to continue from; sent at once, so that a kill right after loses nothing. */
export function remember(resume: unknown): void {
  const context = running();
  if (!context) return;
  const beat = { ...beats.get(context), resume };
  beats.set(context, beat);
  context.heartbeat(beat);
}

/** What an earlier attempt remembered. */
export function resumeFrom<T>(): T | undefined {
  const context = running();
  return context && (beats.get(context)?.resume as T | undefined);
}

function running(): Context | undefined {
  try {
    return Context.current();
  } catch {
    return undefined;
  }
}
