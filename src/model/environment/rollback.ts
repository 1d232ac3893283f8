import type { Committed, EnvironmentState } from './environment';

/** The releases before the current one, newest first. */
export const earlierReleases = (state: EnvironmentState | undefined): Committed[] =>
  (state?.committed ?? []).filter((one) => one.release !== state?.current?.release);

/**
 * The target of a rollback: the named release; else, during a rollout, the recorded release, which is still
 * warm; else the one before it. Undefined when there is none.
 */
export function findRollbackTarget(state: EnvironmentState | undefined, release?: string): Committed | undefined {
  if (release) return state?.committed.find((one) => one.release === release);
  const { running, current } = state ?? {};
  const isOnTheWay = running?.kind === 'release' && running.record?.release !== current?.release;
  return isOnTheWay ? current : earlierReleases(state)[0];
}
