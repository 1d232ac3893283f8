import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { Decision } from '../src/model/decision';
import type {
  EnvironmentState,
  ExcludedHost,
  Frozen,
  RolloutCommitted,
  RolloutNews,
  RolloutRequest,
} from '../src/model/environment';
import type { Resolution, StepQuestion } from '../src/model/question';
import type { ReleaseProgress, RollbackProgress, RolloutProgress } from '../src/model/progress';

/** Everything that can be sent to a workflow of windlass. Updates answer at once; signals are for Temporal's own CLI and UI. */

// to a release
export const decide = defineUpdate<string, [Decision]>('decide');
export const decideSignal = defineSignal<[Decision]>('decision');
export const cancelRelease = defineUpdate<string, [{ by: string; reason: string }]>('cancelRelease');
export const releaseProgress = defineQuery<ReleaseProgress>('progress');
export const rolloutNews = defineSignal<[RolloutNews]>('rolloutNews');

// to an environment
export const requestRollout = defineSignal<[RolloutRequest]>('requestRollout');
export const withdrawRollout = defineSignal<[{ id: string; reason: string }]>('withdrawRollout');
export const rolloutCommitted = defineSignal<[RolloutCommitted]>('rolloutCommitted');
export const rolloutAsks = defineSignal<[{ request: string; question?: StepQuestion }]>('rolloutAsks');
export const hostExcluded = defineSignal<[{ request: string; excluded: ExcludedHost }]>('hostExcluded');
export const freeze = defineUpdate<string, [Omit<Frozen, 'at'>]>('freeze');
export const thaw = defineUpdate<string, [{ by: string; reason: string }]>('thaw');
export const environmentState = defineQuery<EnvironmentState>('state');

// to a rollout
export const holdRollout = defineSignal<[{ held: boolean; why: string }]>('hold');
export const stopRollout = defineSignal<[{ reason: string }]>('stop');
export const resolveStep = defineUpdate<string, [Resolution]>('resolve');
export const resolveStepSignal = defineSignal<[Resolution]>('resolution');
export const rolloutProgress = defineQuery<RolloutProgress>('progress');

// to a rollback
export const rollbackProgress = defineQuery<RollbackProgress>('progress');
