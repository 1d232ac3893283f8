import type { Committed, EnvironmentState } from '../src/model/environment';
import type { RollbackProgress } from '../src/model/progress';
import { earlierReleases, findRollbackTarget } from '../src/model/rollback';
import { type Asking, askForRollout, refused } from './ask-for-rollout';
import { describeRollback } from './describe/rollback';

export interface RollbackInput extends Asking {
  /** Undefined: the release that was current before this one. */
  release?: string;
}

/** Takes an environment back to an earlier release, from its record: recorded digests, recorded configuration. */
export async function rollback(input: RollbackInput): Promise<RollbackProgress> {
  return await askForRollout(
    input,
    'rollback',
    (progress) => describeRollback(input, progress),
    (state) => {
      const { record, release } = findTarget(input, state);
      return {
        request: { kind: 'rollback', record },
        operators: state?.current?.record ?? record,
        ledger: { kind: 'rollback-requested', registry: record, release, what: `back to ${release}` },
      };
    },
  );
}

/** The release asked for, or the one before the current. Throws with what there is to go back to. */
function findTarget({ app, environment, release }: RollbackInput, state: EnvironmentState | undefined): Committed {
  if (!state?.current)
    throw refused(`nothing was ever committed on ${environment} of ${app}, so there is nothing to go back to`);
  const target = findRollbackTarget(state, release);
  if (target) return target;
  const known =
    earlierReleases(state)
      .map((one) => one.release)
      .join(', ') || 'none';
  throw refused(
    `${environment} of ${app} cannot go back to ${release ?? 'an earlier release'}. It can go back to: ${known}`,
  );
}
