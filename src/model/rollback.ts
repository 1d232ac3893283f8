import type { Committed, EnvironmentState } from './environment';

/** The releases that an environment was on before the current one, newest first. */
export const earlierReleases = (state: EnvironmentState | undefined): Committed[] =>
  (state?.committed ?? []).filter((one) => one.release !== state?.current?.release);

/**
 * What is gone back to: the release that was named; else, while another is being released, the recorded one, which is warm;
 * else the one before it. Undefined where there is none.
 */
export function findRollbackTarget(state: EnvironmentState | undefined, release?: string): Committed | undefined {
  if (release) return state?.committed.find((one) => one.release === release);
  const { running, current } = state ?? {};
  const isOnTheWay = running?.kind === 'release' && running.record?.release !== current?.release;
  return isOnTheWay ? current : earlierReleases(state)[0];
}
