import type { Spent } from './timeline';

/** Sums up how long each kind of operation takes; the whole counts from when it was made. */
export class Stopwatch {
  private readonly began = performance.now();
  readonly spent: Spent = {};

  async time<T>(name: string, work: () => Promise<T>): Promise<T> {
    const from = performance.now();
    try {
      return await work();
    } finally {
      this.spent[name] = (this.spent[name] ?? 0) + performance.now() - from;
    }
  }

  /** Milliseconds so far. */
  read(): number {
    return performance.now() - this.began;
  }
}
