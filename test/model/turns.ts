import type { Chance } from './ports';

interface Waiting {
  may: () => boolean;
  go: () => void;
  /** What it belongs to: it ends with it. */
  of: unknown;
}

/** Everything that goes on at the same time, one turn after the other: chance says whose turn is next. */
export class Turns {
  private waiting: Waiting[] = [];

  constructor(private readonly chance: Chance) {}

  /** Some time later. */
  next(of?: unknown): Promise<void> {
    return this.until(() => true, of);
  }

  until(may: () => boolean, of?: unknown): Promise<void> {
    return new Promise((go) => this.waiting.push({ may, go, of }));
  }

  /** Whatever of this waits, waits for ever. */
  end(of: unknown): void {
    this.waiting = this.waiting.filter((one) => one.of !== of);
  }

  /** One turn; false when nothing can go on. */
  async step(): Promise<boolean> {
    const free = this.waiting.filter(({ may }) => may());
    const chosen = free[this.chance.next() % Math.max(1, free.length)];
    if (!chosen) return false;
    this.waiting.splice(this.waiting.indexOf(chosen), 1);
    chosen.go();
    await settled();
    return true;
  }
}

/** All that follows at once has happened. */
export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
