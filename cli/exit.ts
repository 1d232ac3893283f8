/** The exit statuses of all commands. Scripts rely on them. */
export const EXIT = {
  done: 0,
  unexpected: 1,
  /** The request cannot be carried out as given: arguments, files, a refused decision. */
  input: 2,
  /** The release or rollback failed and was undone. */
  failed: 3,
  rejected: 4,
  cancelled: 5,
  /** An operator must answer: `windlass resolve`. */
  asks: 6,
  /** Cannot reach Temporal, or no worker of the installation answers. */
  unreachable: 7,
  /** Ctrl-C stopped following; the release continues. */
  interrupted: 130,
} as const;

export type Exit = (typeof EXIT)[keyof typeof EXIT];

/** The exit status for how a release ended, or for what it waits for. */
const EXIT_OF_OUTCOME = {
  done: EXIT.done,
  staged: EXIT.done,
  'awaiting-approval': EXIT.done,
  failed: EXIT.failed,
  rejected: EXIT.rejected,
  cancelled: EXIT.cancelled,
  asks: EXIT.asks,
} as const;

export type CommandOutcome = keyof typeof EXIT_OF_OUTCOME;

/** A commit's files are input too: a fault in them, or what they may not have, has changed nothing. */
const CHANGES_NOTHING = new Set(['bad-manifest', 'not-allowed']);

export const exitOf = (outcome: CommandOutcome, failureKind?: string): Exit =>
  outcome === 'failed' && CHANGES_NOTHING.has(failureKind ?? '') ? EXIT.input : EXIT_OF_OUTCOME[outcome];

/** The points up to which `windlass release` can follow a release. */
export const UNTIL = ['staged', 'awaiting-approval', 'done'] as const;
export type Until = (typeof UNTIL)[number];
