import type { Failure } from '../../src/model/failure';
import { describeOperation, type Phase, type Step, stepId, type StepProgress } from '../../src/model/plan';
import type { RolloutProgress, StageProgress } from '../../src/model/environment/progress';
import { rolloutKey, type Rollouts, type View } from './view';

/** Stages, phases and steps as one tree of items. The live tree draws it; the log prints its changes. */
export interface Item {
  /** Unique, and stable between answers. */
  key: string;
  kind: 'stage' | 'phase' | 'step';
  label: string;
  detail?: string;
  state: ItemState;
  startedAt?: number;
  endedAt?: number;
  failure?: Failure;
  children: Item[];
}
export type ItemState = StepProgress['state'] | 'cancelled' | 'rejected';

/** The stages of a release with everything known below them. */
export const itemize = (view: View, rollouts: Rollouts): Item[] =>
  view.stages.map((stage, index) => stageItem(stage, index, stage.rollout && rollouts[rolloutKey(stage.rollout)]));

/** A stage can occur twice, when its plan needed a second approval, so its index is in the key. */
function stageItem(stage: StageProgress, index: number, rollout: RolloutProgress | undefined): Item {
  const { name, state, detail, startedAt, endedAt, failure } = stage;
  const key = `${index} ${name}`;
  const steps = stage.steps.map((step) => stepItem(`${key}/${step.name}`, step.name, step.progress, step.detail));
  const phases = rollout?.plan?.phases.map((phase) => phaseItem(key, phase, rollout)) ?? [];
  markCommit(phases, state === 'done');
  const isOver = state !== 'running';
  // A missing stage will not come any more.
  const children = [...steps, ...phases.filter((phase) => !(isOver && phase.state === 'waiting'))];
  return { key, kind: 'stage', label: name, detail, state, startedAt, endedAt, failure, children };
}

function phaseItem(stage: string, phase: Phase, rollout: RolloutProgress): Item {
  const children = phase.batches.flat().map((step) => rolloutStep(stage, phase, step, rollout));
  const states = children.map((child) => child.state);
  const key = `${stage}/${phase.name}`;
  const undone = states.filter((state) => state === 'undone').length;
  const detail = undone > 0 ? `${undone} undone` : undefined;
  return { key, kind: 'phase', label: phase.name, detail, state: phaseState(states), ...span(children), children };
}

function rolloutStep(stage: string, phase: Phase, step: Step, rollout: RolloutProgress): Item {
  const id = stepId(phase.name, step);
  const progress = rollout.steps[id] ?? { state: 'waiting' };
  const goingBack = progress.state === 'undoing' || progress.state === 'undone';
  // A failed step is named by its operation; one that was only rolled back, by its compensation.
  const label =
    goingBack && step.undo && !progress.failure ? describeOperation(step.undo) : describeOperation(step.operation);
  return stepItem(`${stage}/${id}`, label, progress);
}

function stepItem(key: string, label: string, progress: StepProgress, detail?: string): Item {
  const { startedAt, endedAt, failure } = progress;
  // The step did not fail itself: it was stopped when another one failed.
  const stopped = progress.state === 'failed' && !failure;
  const [state, more] = stopped ? (['skipped', 'stopped'] as const) : ([progress.state, detail] as const);
  return { key, kind: 'step', label, detail: more, state, startedAt, endedAt, failure, children: [] };
}

function phaseState(states: ItemState[]): ItemState {
  for (const state of ['undoing', 'running', 'undone', 'failed'] as const) if (states.includes(state)) return state;
  if (states.length > 0 && states.every((state) => state === 'done' || state === 'skipped')) return 'done';
  return states.includes('done') ? 'running' : 'waiting';
}

/** From the start of the first step to the end of the last. Compensations have no times of their own. */
function span(steps: Item[]): Pick<Item, 'startedAt' | 'endedAt'> {
  const times = (of: 'startedAt' | 'endedAt') => steps.map((step) => step[of]).filter((at) => at !== undefined);
  const [starts, ends] = [times('startedAt'), times('endedAt')];
  const over = steps.every((step) => step.endedAt !== undefined);
  return {
    startedAt: starts.length > 0 ? Math.min(...starts) : undefined,
    endedAt: over && ends.length > 0 ? Math.max(...ends) : undefined,
  };
}

/** The commit has no steps: it is over once the stage is done or a later phase has begun. */
function markCommit(phases: Item[], stageIsDone: boolean): void {
  const index = phases.findIndex((phase) => phase.label === 'commit');
  const commit = phases[index];
  if (!commit || commit.children.length > 0) return;
  const later = phases.slice(index + 1).some((phase) => phase.state !== 'waiting');
  if (stageIsDone || later) commit.state = 'done';
}
