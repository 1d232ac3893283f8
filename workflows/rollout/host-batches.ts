import {
  ApplicationFailure,
  CancelledFailure,
  executeChild,
  ParentClosePolicy,
  workflowInfo,
} from '@temporalio/workflow';
import type { RolloutScope } from '../../activities/types';
import { type Operation, workOf } from '../../src/model/plan';
import type { hosts, HostStep, StepEnd } from '../hosts';
import { perform } from '../shared/activities';

/** Up to this many hosts, a rollout runs every step itself, and its timeline shows them all. */
const MAX_INLINE_HOSTS = 5;
/** The most children per batch: one per host, or per group of hosts. */
const MOST_CHILDREN = 10;

interface PendingStep extends HostStep {
  resolve(): void;
  reject(error: unknown): void;
}

/**
 * Runs operations for a rollout. Operations requested at the same moment form a batch. With more than
 * `MAX_INLINE_HOSTS` hosts, children run it, and all callers wait for all children: that is the barrier between
 * batches. Long waits always run here, because their failures must be known at once.
 */
export class HostBatches {
  private asked: PendingStep[] = [];
  private batches = 0;

  /** Throws the activity's failure. */
  execute(operation: Operation, summary: string, scope: RolloutScope): Promise<void> {
    return new Promise((resolve, reject) => {
      this.asked.push({ operation, summary, resolve, reject });
      if (this.asked.length === 1) void Promise.resolve().then(() => this.carryOut(scope));
    });
  }

  private carryOut(scope: RolloutScope): void {
    const { asked } = this;
    this.asked = [];
    const names = [...new Set(asked.map(({ operation }) => operation.target))];
    const isMany = names.length > MAX_INLINE_HOSTS;
    const here = asked.filter(({ operation }) => !isMany || workOf(operation) === 'wait');
    for (const { operation, summary, resolve, reject } of here)
      perform(operation, summary, scope).then(resolve, reject);
    if (!isMany) return;
    this.batches += 1;
    const size = Math.ceil(names.length / MOST_CHILDREN);
    for (let first = 0; first < names.length; first += size) {
      const share = names.slice(first, first + size);
      const steps = asked.filter((one) => !here.includes(one) && share.includes(one.operation.target));
      if (steps.length > 0) void this.delegate(share, steps, scope);
    }
  }

  private async delegate(share: string[], steps: PendingStep[], scope: RolloutScope): Promise<void> {
    const { workflowId } = workflowInfo();
    const { app, environment, counter } = scope;
    const first = steps[0]!.summary;
    const more = steps.length > 1 ? ` and ${steps.length - 1} more on ${share.length} hosts` : '';
    try {
      const ends: StepEnd[] = await executeChild<typeof hosts>('hosts', {
        workflowId: `${workflowId}/${counter}/${this.batches}/${share[0]}`,
        // A terminated child's activities are cancelled with it.
        parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
        staticSummary: `${app} ${environment}: ${first}${more}`.slice(0, 200),
        args: [{ scope, steps: steps.map(({ operation, summary }) => ({ operation, summary })) }],
      });
      steps.forEach((step, index) => settle(step, ends[index] ?? 'stopped'));
    } catch (error) {
      // A killed child may have done anything, so its steps count as failed and are undone.
      for (const step of steps) step.reject(error);
    }
  }
}

function settle({ resolve, reject }: PendingStep, end: StepEnd): void {
  if (end === 'done') resolve();
  else if (end === 'stopped') reject(new CancelledFailure('it was stopped with its batch'));
  else reject(ApplicationFailure.create({ nonRetryable: true, message: end.message, details: [end] }));
}
