import type { ApprovedPlan } from '../src/model/environment/environment';
import type { RollbackProgress } from '../src/model/environment/progress';
import { type Requester, askForRollout, refused } from './requests/ask-for-rollout';
import { describeEject } from './requests/describe-eject';

export interface EjectInput extends Requester {
  /** Restart the containers docker compose ran before windlass. */
  startComposed?: boolean;
  /** The hash of the plan shown to the person. */
  approved?: ApprovedPlan;
}

/** Returns an environment to plain docker compose: removes what windlass runs, keeps all data. */
export async function eject(input: EjectInput): Promise<RollbackProgress> {
  const { app, environment, startComposed, approved } = input;
  return await askForRollout(
    input,
    'eject',
    (progress) => describeEject(input, progress),
    (state) => {
      if (!state?.current) throw refused(`${app} ${environment}: has no release to leave`);
      const { record, release } = state.current;
      return {
        request: { kind: 'eject', approved, ...(startComposed && { startComposed }) },
        operators: record,
        event: { kind: 'eject-requested', release },
      };
    },
  );
}
