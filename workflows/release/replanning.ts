import { CancellationScope, isCancellation } from '@temporalio/workflow';
import type { FullPlan } from './full-plan';

/** Plans again for each decision, because an approval counts only for what would be done now. */
export class Replanning {
  /** Undefined when a host does not answer: the rollout, which plans again, asks about it. */
  plan: () => Promise<FullPlan | undefined> = () => Promise.reject(new Error('nothing is asked'));
  private readonly scope = new CancellationScope({ cancellable: true });
  private running = 0;

  /** Undefined also when it was cancelled, because then no question is open. */
  async run(): Promise<FullPlan | undefined> {
    this.running += 1;
    try {
      return await this.scope.run(() => this.plan());
    } catch (error) {
      if (this.scope.consideredCancelled && isCancellation(error)) return undefined;
      throw error;
    } finally {
      this.running -= 1;
    }
  }

  isRunning = (): boolean => this.running > 0;

  cancel(): void {
    this.scope.cancel();
  }
}
