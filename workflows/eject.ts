import type { ApprovedPlan } from '../src/model/environment';
import type { RollbackProgress } from '../src/model/progress';
import { type Asking, askForRollout, refused } from './ask-for-rollout';
import { describeEject } from './describe/eject';

export interface EjectInput extends Asking {
  /** Starts again what docker compose ran before windlass. */
  startComposed?: boolean;
  /** The plan that was shown to whoever asks. */
  approved?: ApprovedPlan;
}

/** Back to plain docker compose: what windlass runs for the environment goes, what keeps data stays. */
export async function eject(input: EjectInput): Promise<RollbackProgress> {
  const { app, environment, startComposed, approved } = input;
  return await askForRollout(
    input,
    'eject',
    (progress) => describeEject(input, progress),
    (state) => {
      if (!state?.current) throw refused(`nothing of ${app} is released on ${environment}: there is nothing to leave`);
      const { record, release } = state.current;
      return {
        request: { kind: 'eject', approved, ...(startComposed && { startComposed }) },
        operators: record,
        ledger: { kind: 'eject-requested', registry: record, release, what: 'back to plain docker compose' },
      };
    },
  );
}
