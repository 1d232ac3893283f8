import type { Committed, EnvironmentState } from '../src/model/environment/environment';
import type { RollbackProgress } from '../src/model/environment/progress';
import { earlierReleases, findRollbackTarget } from '../src/model/environment/rollback';
import { type Requester, askForRollout, refused } from './requests/ask-for-rollout';
import { describeRollback } from './requests/describe-rollback';

export interface RollbackInput extends Requester {
  /** Undefined means the release before the current one. */
  release?: string;
  /** Services that may start empty although their data is elsewhere. */
  acceptEmpty?: string[];
}

/** Returns an environment to an earlier release by its record: recorded digests and configuration. */
export async function rollback(input: RollbackInput): Promise<RollbackProgress> {
  return await askForRollout(
    input,
    'rollback',
    (progress) => describeRollback(input, progress),
    (state) => {
      const { record, release } = findTarget(input, state);
      return {
        request: { kind: 'rollback', record, ...(input.acceptEmpty && { acceptEmpty: input.acceptEmpty }) },
        operators: state?.current?.record ?? record,
        event: { kind: 'rollback-requested', release },
      };
    },
  );
}

/** The requested release, or the one before the current. Throws with the possible ones. */
function findTarget({ app, environment, release }: RollbackInput, state: EnvironmentState | undefined): Committed {
  if (!state?.current) throw refused(`${app} ${environment}: has no committed release to go back to`);
  const target = findRollbackTarget(state, release);
  if (target) return target;
  const known =
    earlierReleases(state)
      .map((one) => one.release)
      .join(', ') || 'none';
  throw refused(
    `${app} ${environment}: cannot go back to ${release ?? 'an earlier release'}. Expected one of: ${known}`,
  );
}
