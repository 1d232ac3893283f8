import {
  ApplicationFailure,
  CancelledFailure,
  executeChild,
  ParentClosePolicy,
  workflowInfo,
} from '@temporalio/workflow';
import type { RolloutScope } from '../activities/types';
import { type Operation, workOf } from '../src/model/plan';
import type { hosts, HostStep, StepEnd } from './hosts';
import { perform } from './proxies';

/** Up to so many hosts a rollout does everything itself, and its timeline shows every step. */
const A_HANDFUL = 5;
/** The most children of a batch: one for each host, or for each share of them. */
const MOST_CHILDREN = 10;

interface Asked extends HostStep {
  resolve(): void;
  reject(error: unknown): void;
}

/**
 * Does operations for a rollout. Those that are asked for at the same moment are one batch; where it is for more than a
 * handful of hosts, children do it, and whoever asked waits for them all: that is the barrier between batches. What waits
 * for a long time is done here all the same, for its failure must be known at once.
 */
export class Hands {
  private asked: Asked[] = [];
  private batches = 0;

  /** Throws what the activity throws. */
  do(operation: Operation, summary: string, scope: RolloutScope): Promise<void> {
    return new Promise((resolve, reject) => {
      this.asked.push({ operation, summary, resolve, reject });
      if (this.asked.length === 1) void Promise.resolve().then(() => this.carryOut(scope));
    });
  }

  private carryOut(scope: RolloutScope): void {
    const { asked } = this;
    this.asked = [];
    const names = [...new Set(asked.map(({ operation }) => operation.host))];
    const isMany = names.length > A_HANDFUL;
    const here = asked.filter(({ operation }) => !isMany || workOf(operation) === 'wait');
    for (const { operation, summary, resolve, reject } of here)
      perform(operation, summary, { ...operation, scope }).then(resolve, reject);
    if (!isMany) return;
    this.batches += 1;
    const size = Math.ceil(names.length / MOST_CHILDREN);
    for (let first = 0; first < names.length; first += size) {
      const share = names.slice(first, first + size);
      const steps = asked.filter((one) => !here.includes(one) && share.includes(one.operation.host));
      if (steps.length > 0) void this.delegate(share, steps, scope);
    }
  }

  private async delegate(share: string[], steps: Asked[], scope: RolloutScope): Promise<void> {
    const { workflowId } = workflowInfo();
    const { app, environment, counter } = scope;
    const first = steps[0]!.summary;
    const more = steps.length > 1 ? ` and ${steps.length - 1} more on ${share.length} hosts` : '';
    try {
      const ends: StepEnd[] = await executeChild<typeof hosts>('hosts', {
        workflowId: `${workflowId}/${counter}/${this.batches}/${share[0]}`,
        // What is terminated takes its activities along.
        parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
        staticSummary: `${environment} of ${app}: ${first}${more}`.slice(0, 200),
        args: [{ scope, steps: steps.map(({ operation, summary }) => ({ operation, summary })) }],
      });
      steps.forEach((step, index) => settle(step, ends[index] ?? 'stopped'));
    } catch (error) {
      // One that was killed may have done anything: its steps failed, and are taken back like others.
      for (const step of steps) step.reject(error);
    }
  }
}

function settle({ resolve, reject }: Asked, end: StepEnd): void {
  if (end === 'done') resolve();
  else if (end === 'stopped') reject(new CancelledFailure('it was stopped with its batch'));
  else reject(ApplicationFailure.create({ nonRetryable: true, message: end.message, details: [end] }));
}
