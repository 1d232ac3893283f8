import { setMaxListeners } from 'node:events';
import { Context } from '@temporalio/activity';
import type { Watch } from './drivers/docker/engine';
import { asDefect, failureIn, permanent, transient } from './drivers/errors';

/**
 * Every activity sends a heartbeat each second, so that a killed worker is noticed after the
 * heartbeat time-out instead of the activity's.
 */
const EVERY_MS = 1_000;

interface Beat {
  line?: string;
  resume?: unknown;
}

const beatAt = new WeakMap<Context, number>();

const beats = new WeakMap<Context, Beat>();

export type IsAwaited = (context: Context) => Promise<boolean>;

/**
 * Runs an activity with heartbeats until it ends. A cancelled activity ends as cancelled, whatever
 * error the abort caused. A late start first asks whether it is still wanted, because a machine
 * that slept finds tasks that others did long ago.
 */
export function withHeartbeat<Input, Output>(
  work: (input: Input) => Promise<Output>,
  isAwaited: IsAwaited = () => Promise.resolve(true),
): (input: Input) => Promise<Output> {
  return async (input) => {
    const context = Context.current();
    // Everything that it waits for at once hears of it.
    setMaxListeners(0, context.cancellationSignal);
    if (beginsLate(context) && !(await isAwaited(context))) throw overslept();
    const resume = (context.info.heartbeatDetails as Beat | undefined)?.resume;
    beats.set(context, { resume });
    beatAt.set(context, Date.now());
    const timer = setInterval(() => {
      // A sleeper is stopped before its heartbeat says that it is alive.
      if (wasFrozen(context)) return;
      beatAt.set(context, Date.now());
      context.heartbeat(beats.get(context));
    }, EVERY_MS);
    try {
      return await work(input);
    } catch (error) {
      if (context.cancellationSignal.aborted) await context.cancelled;
      throw isTriedEnough(context, error) ? permanent(failureIn(error)!) : asDefect(error);
    } finally {
      clearInterval(timer);
    }
  };
}

/** Unknown failures are retried for a shorter time than failures known to pass. */
const UNKNOWN_MS = 120_000;

/** How long the running activity has been tried, over all attempts, in milliseconds; 0 outside of one. */
export function triedForMs(): number {
  const scheduled = running()?.info.scheduledTimestampMs;
  return scheduled === undefined ? 0 : Date.now() - scheduled;
}

/** Work that must be done in the end is retried without limit. */
function isTriedEnough({ info }: Context, error: unknown): boolean {
  const hasEnd = (info.scheduleToCloseTimeoutMs ?? 0) > 0;
  return hasEnd && failureIn(error)?.unknown === true && Date.now() - info.scheduledTimestampMs > UNKNOWN_MS;
}

/**
 * Fails when this attempt slept for longer than its heartbeat time-out, as on a frozen machine. Another attempt has
 * done its work, and later rollouts may have followed, which must not be undone. Checked before every operation.
 */
export function refuseAfterSleep(): void {
  const context = running();
  if (context && wasFrozen(context)) throw overslept();
}

const overslept = () =>
  transient({
    kind: 'overslept',
    message: 'this attempt slept for longer than its heartbeat time-out; the next one does its work',
  });

const beginsLate = ({ info }: Context): boolean =>
  info.heartbeatTimeoutMs !== undefined &&
  Date.now() - info.currentAttemptScheduledTimestampMs > info.heartbeatTimeoutMs;

function wasFrozen(context: Context): boolean {
  const { heartbeatTimeoutMs } = context.info;
  const at = beatAt.get(context);
  return heartbeatTimeoutMs !== undefined && at !== undefined && Date.now() - at > heartbeatTimeoutMs;
}

/** The running activity's progress and abort signal; neither outside of one. */
export function currentWatch(): Watch {
  const context = running();
  if (!context) return {};
  return {
    signal: context.cancellationSignal,
    onProgress: (line) => void beats.set(context, { ...beats.get(context), line }),
  };
}

/** Saves the point a retry continues from; sent at once, so that a kill right after loses nothing. */
export function remember(resume: unknown): void {
  const context = running();
  if (!context) return;
  const beat = { ...beats.get(context), resume };
  beats.set(context, beat);
  context.heartbeat(beat);
}

/** The point saved by an earlier attempt. */
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
