import type { ApprovalPolicy, Decision } from './decision';
import type { RolloutNews } from './environment';
import type { Failure } from './failure';
import type { Plan, StepProgress } from './plan';
import type { StepQuestion } from './question';
import type { RecordRef, ReleaseStatus } from './release';

/** How a release stands: the answer to its query, and what `windlass release` draws as a tree. Times: ms since 1970. */
export interface ReleaseProgress {
  app: string;
  release: string;
  startedBy: string;
  status: 'running' | ReleaseStatus;
  stages: StageProgress[];
  waitingFor?: Waiting;
  /** Known once the record is stored. */
  record?: RecordRef;
  failure?: Failure;
  warnings: string[];
}

export interface StageProgress {
  /** `source`, `build`, `push`, `record`, then for each environment `approve production` and `production`. */
  name: string;
  environment?: string;
  state: 'running' | 'done' | 'failed' | 'cancelled' | 'rejected' | 'skipped';
  startedAt: number;
  endedAt?: number;
  /** A few words: a commit, a digest, who approved. */
  detail?: string;
  steps: { name: string; progress: StepProgress; detail?: string }[];
  /** The rollout that carries this stage; its own query tells the steps. */
  rollout?: { workflowId: string; runId: string };
  failure?: Failure;
}

/** What a release waits for, and of whom. */
export type Waiting =
  | {
      kind: 'approval';
      environment: string;
      plan: string;
      policy: ApprovalPolicy;
      decisions: Decision[];
      until: number;
      summary: PlanSummary;
    }
  /** `own`: the release asks itself, for there is no rollout yet. */
  | { kind: 'operator'; environment: string; question: StepQuestion; own?: true }
  | { kind: 'queue'; environment: string; news: Extract<RolloutNews, { state: 'queued' }> };

/** The part of a plan that people read. */
export type PlanSummary = Pick<Plan, 'release' | 'from' | 'strategy' | 'changes' | 'warnings'> & { steps: number };

/** How a rollout stands. */
export interface RolloutProgress {
  app: string;
  environment: string;
  release?: string;
  plan?: Plan;
  planHash?: string;
  /** By the id of the step. */
  steps: Record<string, StepProgress>;
  question?: StepQuestion;
  /** Frozen, or told to stop: why it does not go on. */
  held?: string;
}

/** How a rollback stands. */
export interface RollbackProgress {
  app: string;
  environment: string;
  /** The release gone back to; known once it is found. */
  release?: string;
  status: 'running' | 'done' | 'failed' | 'cancelled';
  rollout?: { workflowId: string; runId: string };
  /** What an operator is asked. */
  asking?: StepQuestion;
  failure?: Failure;
}
