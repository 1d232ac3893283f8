import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { EnvironmentState } from '../src/model/environment/environment';
import type { MessageName, Messages } from '../src/model/messages';
import type { ReleaseProgress, RollbackProgress, RolloutProgress } from '../src/model/environment/progress';

const signal = <Name extends MessageName>(name: Name) => defineSignal<[Messages[Name]], Name>(name);
const update = <Name extends MessageName>(name: Name) => defineUpdate<string, [Messages[Name]], Name>(name);

/** All messages to windlass's workflows. Updates answer at once; signals serve Temporal's own CLI and UI. */

// to a release
export const decide = update('decide');
export const decideSignal = signal('decision');
export const cancelRelease = update('cancelRelease');
export const releaseProgress = defineQuery<ReleaseProgress>('progress');
export const rolloutNews = signal('rolloutNews');

// to an environment
export const requestRollout = signal('requestRollout');
export const withdrawRollout = signal('withdrawRollout');
export const rolloutCommitted = signal('rolloutCommitted');
export const rolloutAsks = signal('rolloutAsks');
export const hostExcluded = signal('hostExcluded');
export const freeze = update('freeze');
export const thaw = update('thaw');
export const environmentState = defineQuery<EnvironmentState>('state');

// to a rollout
export const holdRollout = signal('hold');
export const stopRollout = signal('stop');
export const resolveStep = update('resolve');
export const resolveStepSignal = signal('resolution');
export const rolloutProgress = defineQuery<RolloutProgress>('progress');

// to a rollback
export const rollbackProgress = defineQuery<RollbackProgress>('progress');
