import { isCancellation } from '@temporalio/workflow';
import type { RolloutScope } from '../activities/types';
import type { Failure } from '../src/model/failure';
import type { Operation } from '../src/model/plan';
import { perform, toFailure } from './proxies';
import { page, plain, showState, showSubject } from './show';

export interface HostsInput {
  scope: RolloutScope;
  steps: HostStep[];
}

export interface HostStep {
  operation: Operation;
  /** What Temporal's UI shows of it. */
  summary: string;
}

/** How each step ended, in their order; `stopped` is one that was told to. */
export type StepEnd = 'done' | 'stopped' | Failure;

const HOSTS_AT_ONCE = 5;

/**
 * The steps of a batch on some of many hosts, so that the history of a rollout stays short. It decides nothing: all steps
 * are tried, and the rollout takes back by its plan whatever may have happened here.
 */
export async function hosts({ scope, steps }: HostsInput): Promise<StepEnd[]> {
  const names = [...new Set(steps.map(({ operation }) => operation.host))];
  showSubject({ app: scope.app, environment: scope.environment });
  showState('running', page(`## ${steps.length} steps on ${names.length} hosts`, plain(names.join(', '))));
  const ends = new Map<HostStep, StepEnd>();
  const carryOut = async (step: HostStep): Promise<void> => {
    try {
      await perform(step.operation, step.summary, { ...step.operation, scope });
      ends.set(step, 'done');
    } catch (error) {
      ends.set(step, isCancellation(error) ? 'stopped' : toFailure(error));
    }
  };
  await inTurn(HOSTS_AT_ONCE, names, async (name) => {
    await Promise.all(steps.filter(({ operation }) => operation.host === name).map(carryOut));
  });
  return steps.map((step) => ends.get(step) ?? 'stopped');
}

/** Does a deed for each item, so many at a time. */
async function inTurn<T>(atOnce: number, items: T[], deed: (item: T) => Promise<void>): Promise<void> {
  const left = [...items];
  const runner = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await deed(item);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, runner));
}
