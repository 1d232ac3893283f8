import type { Committed, EnvironmentState } from './environment';

/** The releases that an environment was on before the current one, newest first. */
export const earlierReleases = (state: EnvironmentState | undefined): Committed[] =>
  (state?.committed ?? []).filter((one) => one.release !== state?.current?.release);

/** What is gone back to: the release that was named, else the one before the current; undefined where there is none. */
export const findRollbackTarget = (state: EnvironmentState | undefined, release?: string): Committed | undefined =>
  release ? state?.committed.find((one) => one.release === release) : earlierReleases(state)[0];
