import { signal } from './processes';
import type { Run } from './runs';

/**
 * Sees to it that a run ends whichever way this process does. Gives `stop`, to end it, and `beforeStop`, for what must
 * come before.
 */
export function stopWith(run: Run) {
  const actions: (() => unknown)[] = [];
  let stopping: Promise<void> | undefined;

  async function stopAll(): Promise<void> {
    for (const action of actions.reverse()) await Promise.resolve(action()).catch(tell);
    await run.undo().finally(() => {
      for (const [event, listener] of listeners) process.off(event, listener);
    });
  }
  const stop = () => (stopping ??= stopAll());

  async function stopAndExit(status: number): Promise<void> {
    // Asked twice: there is no patience left.
    if (stopping) process.exit(status);
    await stop().catch(tell);
    process.exit(status);
  }
  const fail = (error: unknown) => {
    tell(error);
    void stopAndExit(1);
  };
  const listeners: [string, (error: unknown) => void][] = [
    // The usual statuses: 128 and the number of the signal.
    ['SIGINT', () => void stopAndExit(130)],
    ['SIGTERM', () => void stopAndExit(143)],
    ['SIGHUP', () => void stopAndExit(129)],
    ['uncaughtException', fail],
    ['unhandledRejection', fail],
    // No time to wait any more; what this leaves, the next run removes.
    ['exit', () => run.processes().forEach((one) => signal(one, 'SIGTERM'))],
  ];
  for (const [event, listener] of listeners) process.on(event, listener);

  return { stop, beforeStop: (action: () => unknown) => void actions.push(action) };
}

function tell(error: unknown): void {
  console.error(error instanceof Error ? (error.stack ?? error.message) : error);
}
