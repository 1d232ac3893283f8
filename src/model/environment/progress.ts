import type { ApprovalPolicy, Decision, QuestionSigning } from '../approval/decision';
import type { RolloutNews } from './environment';
import type { Failure } from '../failure';
import type { Plan, StepProgress } from '../plan';
import type { StepQuestion } from '../approval/question';
import type { RecordRef, ReleaseStatus } from '../release';

/** A release's progress: the answer to its query, and the tree of `windlass release`. Times: ms since 1970. */
export interface ReleaseProgress {
  app: string;
  release: string;
  startedBy: string;
  status: 'running' | ReleaseStatus;
  stages: StageProgress[];
  waitingFor?: Waiting;
  /** Undefined until the record is stored. */
  record?: RecordRef;
  failure?: Failure;
  warnings: string[];
}

export interface StageProgress {
  name: string;
  environment?: string;
  state: 'running' | 'done' | 'failed' | 'cancelled' | 'rejected' | 'skipped';
  startedAt: number;
  endedAt?: number;
  detail?: string;
  steps: { name: string; progress: StepProgress; detail?: string }[];
  rollout?: { workflowId: string; runId: string };
  failure?: Failure;
}

export type Waiting =
  | {
      kind: 'approval';
      environment: string;
      plan: string;
      policy: ApprovalPolicy;
      /** Further gates, as that of the current release: all must be satisfied. */
      also?: ApprovalPolicy[];
      decisions: Decision[];
      until: number;
      summary: PlanSummary;
      signing?: QuestionSigning;
    }
  /** `own`: the release itself asks, because it has no rollout yet. */
  | { kind: 'operator'; environment: string; question: StepQuestion; own?: true }
  | { kind: 'queue'; environment: string; news: Extract<RolloutNews, { state: 'queued' }> };

export type PlanSummary = Pick<Plan, 'release' | 'from' | 'strategy' | 'changes' | 'warnings'> & { steps: number };

export interface RolloutProgress {
  app: string;
  environment: string;
  release?: string;
  plan?: Plan;
  planHash?: string;
  steps: Record<string, StepProgress>;
  question?: StepQuestion;
  held?: string;
}

export interface RollbackProgress {
  app: string;
  environment: string;
  /** The target; undefined until it is found. */
  release?: string;
  status: 'running' | 'done' | 'failed' | 'cancelled';
  rollout?: { workflowId: string; runId: string };
  asking?: StepQuestion;
  failure?: Failure;
}

export interface Retry {
  activity: string;
  attempt: number;
  failure: Failure;
  /** When retries end, ms since 1970; undefined: never. */
  until?: number;
}
