import type { Failure } from './failure';
import type { Plan } from './plan';
import type { StepQuestion } from './question';
import type { RecordRef } from './release';
import type { SecretHashes } from './secret';

/** What the single writer of an environment knows; the answer to its query. */
export interface EnvironmentState {
  app: string;
  environment: string;
  current?: Committed;
  /** Newest first, the current one included: what can be gone back to. */
  committed: Committed[];
  running?: RolloutRequest & { runId: string; from?: RecordRef };
  /** A rollout that is about to run, and why it is to stop at once, if it is. */
  starting?: RolloutRequest & { from?: RecordRef; ends?: string };
  queue: RolloutRequest[];
  /** The ids of the latest requests that were taken out of the queue: each counts once, whenever it is sent again. */
  taken?: string[];
  frozen?: Frozen;
  /** Hosts that operators left out. The next rollout that finds one back brings it level. */
  excluded?: ExcludedHost[];
  /** Who may freeze, thaw and cancel here, as the current release says it; empty or missing: whoever reaches Temporal. */
  operators?: string[];
  /** A rollout was terminated and its undo did not run; it is first taken back to the recorded release. */
  interrupted?: string;
  /** What may stand there beside what is recorded: what that rollout was taking it to or, when it had committed, from. */
  left?: RecordRef;
  /** Grows with each rollout: what an earlier one may still do is told from what the latest does. */
  counter: number;
  lastOutcome?: { release?: string; at: string; what: string };
}

/** How many earlier releases an environment can remember, and so go back to. */
export const MOST_RETAINED = 20;

/** How many requests an environment remembers to have taken. */
export const MOST_TAKEN = 50;

export interface Committed {
  release: string;
  record: RecordRef;
  /** ISO 8601. */
  at: string;
  by: string;
  /** What tells whether the values of its secrets are still those that it ran with, when its containers are gone. */
  secrets?: SecretHashes;
}

/** By release: the hashes of the secrets that it ran with. */
export const secretsThatRan = (state: EnvironmentState | undefined): Record<string, SecretHashes> =>
  Object.fromEntries(
    (state?.committed ?? []).flatMap(({ release, secrets }) => (secrets ? [[release, secrets] as const] : [])),
  );

export interface Frozen {
  by: string;
  reason: string;
  /** ISO 8601. */
  at: string;
}

export interface ExcludedHost {
  host: string;
  by: string;
  reason: string;
  /** ISO 8601. */
  at: string;
}

/** What is asked of an environment. A rollback goes to the head of the queue and ends a running rollout. */
export interface RolloutRequest {
  id: string;
  kind: 'release' | 'rollback' | 'restore' | 'eject';
  /** Undefined for a restore to nothing, and on leaving windlass. */
  record?: RecordRef;
  /** On a restore, what the terminated rollout was taking the environment to: it may stand there still. */
  left?: RecordRef;
  /** On leaving windlass, what docker compose ran before is started again. */
  startComposed?: boolean;
  /** The plan that was approved: its hash, and what is needed to say what differs. Another plan is handed back. */
  approved?: ApprovedPlan;
  /** Hosts that operators left out when it was planned: the environment remembers them when it begins. */
  excluded?: ExcludedHost[];
  by: string;
  /** The workflow that is told how it goes. */
  requester: string;
}

/** What a rollout tells its environment when it is committed: what the environment is from now on. */
export interface RolloutCommitted {
  request: string;
  /** ISO 8601. */
  at: string;
  /** Hosts that are on the release now, though they may have been excluded before. */
  level: string[];
  /** Who may freeze, thaw and cancel from now on. */
  operators: string[];
  secrets: SecretHashes;
}

export type ApprovedPlan = Pick<Plan, 'before' | 'changes'> & { hash: string };

/** What the environment tells the requester. */
export type RolloutNews =
  | { request: string; state: 'queued'; behind: number }
  | { request: string; state: 'started'; runId: string }
  | { request: string; state: 'asking'; question?: StepQuestion }
  | { request: string; state: 'ended'; result: RolloutResult };

/** What counts of what was told of a request: news may overtake each other, and after the end there are none. */
export const latestNews = (known: RolloutNews | undefined, news: RolloutNews): RolloutNews =>
  known?.state === 'ended' ? known : news;

export type RolloutResult =
  | { status: 'committed'; plan: string; warnings: string[] }
  | { status: 'undone'; cancelled: boolean; failure: Failure; undone: string[] }
  /** What is observed differs from what was approved. */
  | { status: 'replan'; plan: string; differences: string[] }
  | { status: 'refused'; failure: Failure };
