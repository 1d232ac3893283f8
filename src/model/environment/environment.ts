import type { ApprovalPolicy } from '../approval/decision';
import type { Failure } from '../failure';
import type { Plan } from '../plan';
import type { StepQuestion } from '../approval/question';
import type { RecordRef } from '../release';
import type { SecretHashes } from '../container/secret';
import type { SignedStatement } from '../approval/statement';

export interface EnvironmentState {
  app: string;
  environment: string;
  current?: Committed;
  committed: Committed[];
  running?: RolloutRequest & { runId: string; from?: RecordRef };
  /** A rollout about to start, and why it must stop at once, if so. */
  starting?: RolloutRequest & { from?: RecordRef; ends?: string };
  queue: RolloutRequest[];
  taken?: string[];
  frozen?: Frozen;
  excluded?: ExcludedHost[];
  operators?: string[];
  interrupted?: string;
  left?: RecordRef;
  /** The fencing token: grows with each rollout; proxies refuse an older one. */
  counter: number;
  besides?: string[];
  heard?: string[];
  lastOutcome?: { release?: string; at: string; what: string };
  /** The newest entry of the ledger that this environment knows of, by tag and digest. */
  ledger?: string;
}

/** How many earlier releases an environment remembers for a rollback. */
export const MOST_RETAINED = 20;

/** How many taken requests an environment remembers. */
export const MOST_TAKEN = 50;

export interface Committed {
  release: string;
  record: RecordRef;
  at: string;
  by: string;
  secrets?: SecretHashes;
}

/** The secret hashes of each release. */
export const secretsThatRan = (state: EnvironmentState | undefined): Record<string, SecretHashes> =>
  Object.fromEntries(
    (state?.committed ?? []).flatMap(({ release, secrets }) => (secrets ? [[release, secrets] as const] : [])),
  );

export interface Frozen {
  by: string;
  reason: string;
  at: string;
}

export interface ExcludedHost {
  host: string;
  by: string;
  reason: string;
  at: string;
}

/** A request to an environment. A rollback jumps the queue and ends a running rollout. */
export interface RolloutRequest {
  id: string;
  kind: 'release' | 'rollback' | 'restore' | 'eject';
  /** Undefined when restoring to nothing and when leaving windlass. */
  record?: RecordRef;
  left?: RecordRef;
  startComposed?: boolean;
  acceptEmpty?: string[];
  forget?: string;
  approved?: ApprovedPlan;
  excluded?: ExcludedHost[];
  by: string;
  requester: string;
  ledger?: string;
  /** What the persons who want it have signed, besides those who approved the plan. */
  signed?: SignedStatement[];
}

export interface RolloutCommitted {
  request: string;
  at: string;
  level: string[];
  operators: string[];
  secrets: SecretHashes;
  besides?: string[];
}

export interface ApprovedPlan extends Pick<Plan, 'before' | 'changes'> {
  hash: string;
  signed?: SignedStatement[];
}

export type RolloutNews =
  | { request: string; state: 'queued'; behind: number }
  | { request: string; state: 'started'; runId: string }
  | { request: string; state: 'asking'; question?: StepQuestion }
  | { request: string; state: 'ended'; result: RolloutResult };

/** The latest valid news of a request: news may arrive out of order, and none counts after the end. */
export const latestNews = (known: RolloutNews | undefined, news: RolloutNews): RolloutNews =>
  known?.state === 'ended' ? known : news;

export type RolloutResult =
  | { status: 'committed'; plan: string; warnings: string[]; ledger?: string }
  | { status: 'undone'; cancelled: boolean; failure: Failure; undone: string[]; ledger?: string }
  | { status: 'replan'; plan: string; differences: string[]; gates?: ApprovalPolicy[] }
  | { status: 'refused'; failure: Failure };
