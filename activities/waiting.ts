import { currentWatch } from './heartbeat';

/**
 * The answer to a look, for as long as anybody waits for it: once the signal is given, by default that of the running activity,
 * this ends at once with the signal's own reason. For what changes nothing: it goes on within its own bounds, and is not heard.
 */
export async function unlessStopped<T>(answer: Promise<T>, signal = currentWatch().signal): Promise<T> {
  if (!signal) return answer;
  let giveUp = () => {};
  const stopped = new Promise<never>((_, reject) => (giveUp = () => reject(signal.reason as Error)));
  signal.addEventListener('abort', giveUp, { once: true });
  if (signal.aborted) giveUp();
  try {
    return await Promise.race([answer, stopped]);
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}

/**
 * One deed for all who need what comes of it. Each waits for as long as its own signal lets it; when the last one gives up, the
 * deed is stopped.
 */
export class Shared<T> {
  private readonly control = new AbortController();
  private readonly result: Promise<T>;
  private waiting = 0;

  constructor(deed: (signal: AbortSignal) => Promise<T>) {
    this.result = deed(this.control.signal);
  }

  /** Nobody may begin to wait for it any more. */
  get isStopped(): boolean {
    return this.control.signal.aborted;
  }

  async wait(signal = currentWatch().signal): Promise<T> {
    this.waiting += 1;
    try {
      return await unlessStopped(this.result, signal);
    } catch (error) {
      if (signal?.aborted && this.waiting === 1) await this.stop(error);
      throw error;
    } finally {
      this.waiting -= 1;
    }
  }

  private async stop(reason: unknown): Promise<void> {
    this.control.abort(reason);
    await this.result.catch(() => undefined);
  }
}
