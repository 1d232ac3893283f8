import type { Failure } from '../../src/model/failure';
import type { Retry } from '../../src/model/environment/progress';
import type {
  ReleaseProgress,
  RollbackProgress,
  RolloutProgress,
  StageProgress,
  Waiting,
} from '../../src/model/environment/progress';

/** A release or rollback in the form that is drawn. */
export interface View {
  title: string;
  app: string;
  release?: string;
  startedAt?: number;
  endedAt?: number;
  status: ReleaseProgress['status'];
  stages: StageProgress[];
  waitingFor?: Waiting;
  failure?: Failure;
  warnings: string[];
  /** Steps being retried, and their last failures. */
  retries?: Retry[];
  /** Why there is no news, if there is none. */
  silence?: string;
}

export type Rollouts = Record<string, RolloutProgress>;
export const rolloutKey = ({ workflowId, runId }: { workflowId: string; runId: string }) => `${workflowId} ${runId}`;

export function viewOfRelease(progress: ReleaseProgress): View {
  const { app, release, startedBy, stages, status } = progress;
  return {
    title: `Release ${release} of ${app}, started by ${startedBy}`,
    app,
    release,
    status,
    ...times(stages, status),
    stages,
    waitingFor: progress.waitingFor,
    failure: progress.failure,
    warnings: progress.warnings,
  };
}

/** Draws a rollback as a release of one stage. */
export function viewOfRollback(progress: RollbackProgress, startedAt: number, now: number, title?: string): View {
  const { app, environment, release, status } = progress;
  const running = status === 'running';
  const stage: StageProgress = {
    name: environment,
    environment,
    state: status,
    startedAt,
    endedAt: running ? undefined : now,
    steps: [],
    rollout: progress.rollout,
    failure: progress.failure,
  };
  return {
    title: title ?? `Rollback of ${app} ${environment}${release ? ` to ${release}` : ''}`,
    app,
    release,
    status,
    ...times([stage], status),
    stages: [stage],
    failure: progress.failure,
    warnings: [],
  };
}

/** Warnings of the source and of every plan, approved or not. */
export function warningsOf(view: View, rollouts: Rollouts): string[] {
  const planned = view.stages.flatMap(
    ({ rollout }) => (rollout && rollouts[rolloutKey(rollout)]?.plan?.warnings) ?? [],
  );
  return [...new Set([...view.warnings, ...planned])];
}

function times(stages: StageProgress[], status: View['status']): Pick<View, 'startedAt' | 'endedAt'> {
  const ends = stages.map((stage) => stage.endedAt).filter((at) => at !== undefined);
  return { startedAt: stages[0]?.startedAt, endedAt: status === 'running' ? undefined : Math.max(...ends) };
}
