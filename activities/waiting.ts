import { currentWatch } from './heartbeat';

/**
 * Waits for a read-only request until the signal (default: the running activity's), then throws its
 * reason at once. The request continues unheard within its own limits.
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
 * Shares one operation between callers. Each waits until its own signal; when the last one gives
 * up, the operation is stopped.
 */
export class Shared<T> {
  private readonly control = new AbortController();
  private readonly result: Promise<T>;
  private waiting = 0;

  constructor(work: (signal: AbortSignal) => Promise<T>) {
    this.result = work(this.control.signal);
  }

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
