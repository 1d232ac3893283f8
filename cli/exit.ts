/** What the exit status of every command means; scripts rely on it. */
export const EXIT = {
  done: 0,
  unexpected: 1,
  /** What was asked for cannot be done as it was asked: arguments, files, a refused decision. */
  input: 2,
  /** The release or rollback failed; what it had changed was taken back. */
  failed: 3,
  rejected: 4,
  cancelled: 5,
  /** It waits for an operator: `windlass resolve`. */
  asks: 6,
  /** Temporal is not reached, or no worker of the installation answers. */
  unreachable: 7,
  /** Ctrl-C ended the watching, not the release. */
  interrupted: 130,
} as const;

export type Exit = (typeof EXIT)[keyof typeof EXIT];

/** How the end of a release, or what it waits for, is told to a script. */
const EXIT_OF_OUTCOME = {
  done: EXIT.done,
  staged: EXIT.done,
  'awaiting-approval': EXIT.done,
  failed: EXIT.failed,
  rejected: EXIT.rejected,
  cancelled: EXIT.cancelled,
  asks: EXIT.asks,
} as const;

export type Outcome = keyof typeof EXIT_OF_OUTCOME;

/** The files of a commit are input too: what is wrong in them has touched nothing. */
export const exitOf = (outcome: Outcome, failureKind?: string): Exit =>
  outcome === 'failed' && failureKind === 'bad-manifest' ? EXIT.input : EXIT_OF_OUTCOME[outcome];
