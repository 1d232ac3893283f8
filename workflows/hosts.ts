import { ApplicationFailure, isCancellation, workflowInfo } from '@temporalio/workflow';
import type { RolloutScope } from '../activities/types';
import type { Failure } from '../src/model/failure';
import { readScope } from '../src/model/format-1';
import { rolloutId } from '../src/model/names';
import type { Operation } from '../src/model/plan';
import { perform, toFailure } from './shared/activities';
import { page, plain, showState, showSubject } from './shared/show';

export interface HostsInput {
  scope: RolloutScope;
  steps: HostStep[];
}

export interface HostStep {
  operation: Operation;
  summary: string;
}

/** How each step ended, in order; `stopped` means that it was told to stop. */
export type StepEnd = 'done' | 'stopped' | Failure;

const HOSTS_AT_ONCE = 5;

/**
 * Runs the steps of a batch for some of many hosts, to keep the rollout's history short. It decides
 * nothing: it tries every step, and the rollout undoes by its plan whatever may have happened here.
 */
export async function hosts({ scope, steps: given }: HostsInput): Promise<StepEnd[]> {
  const { parent } = workflowInfo();
  if (parent?.workflowId !== rolloutId(scope.app, scope.environment)) throw notOfARollout(scope);
  const steps = given.map((step) => ({ ...step, operation: readScope(step.operation) }));
  const names = [...new Set(steps.map(({ operation }) => operation.target))];
  showSubject({ app: scope.app, environment: scope.environment });
  showState('running', page(`## ${steps.length} steps on ${names.length} hosts`, plain(names.join(', '))));
  const ends = new Map<HostStep, StepEnd>();
  const carryOut = async (step: HostStep): Promise<void> => {
    try {
      await perform(step.operation, step.summary, scope);
      ends.set(step, 'done');
    } catch (error) {
      ends.set(step, isCancellation(error) ? 'stopped' : toFailure(error));
    }
  };
  await inTurn(HOSTS_AT_ONCE, names, async (name) => {
    await Promise.all(steps.filter(({ operation }) => operation.target === name).map(carryOut));
  });
  return steps.map((step) => ends.get(step) ?? 'stopped');
}

const notOfARollout = ({ app, environment }: RolloutScope) =>
  ApplicationFailure.nonRetryable(`these steps are started by ${rolloutId(app, environment)} alone`, 'Refused');

/** Runs `work` for every item, `limit` of them in parallel. */
async function inTurn<T>(atOnce: number, items: T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = [...items];
  const runner = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, runner));
}
