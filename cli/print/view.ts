import type { Failure } from '../../src/model/failure';
import type {
  ReleaseProgress,
  RollbackProgress,
  RolloutProgress,
  StageProgress,
  Waiting,
} from '../../src/model/progress';

/** What is followed, a release or a rollback, in one form to draw. */
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
  /** Its plan was shown to nobody before, so its warnings are told now. */
  tellsPlan?: boolean;
  /** Why nothing new is heard, if so. */
  silence?: string;
}

/** How rollouts stand, by `rolloutKey`. */
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

/** A rollback is drawn as a release of one stage. */
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
    tellsPlan: true,
  };
}

/** What whoever follows it should know. */
export function warningsOf(view: View, rollouts: Rollouts): string[] {
  const planned = view.stages.flatMap(
    ({ rollout }) => (rollout && rollouts[rolloutKey(rollout)]?.plan?.warnings) ?? [],
  );
  return [...view.warnings, ...(view.tellsPlan ? planned : [])];
}

function times(stages: StageProgress[], status: View['status']): Pick<View, 'startedAt' | 'endedAt'> {
  const ends = stages.map((stage) => stage.endedAt).filter((at) => at !== undefined);
  return { startedAt: stages[0]?.startedAt, endedAt: status === 'running' ? undefined : Math.max(...ends) };
}
