import type { RollbackProgress } from '../src/model/environment/progress';
import { type Requester, askForRollout, refused } from './requests/ask-for-rollout';
import { describeForget } from './requests/describe-forget';

export interface ForgetInput extends Requester {
  /** An accessory that no release contains any more. */
  service: string;
}

/** Removes the container of an accessory that no release contains any more; its data stays. */
export async function forget(input: ForgetInput): Promise<RollbackProgress> {
  const { app, environment, service } = input;
  return await askForRollout(
    input,
    'forget',
    (progress) => describeForget(input, progress),
    (state) => {
      if (!state?.current) throw refused(`${app} ${environment}: has no release, so there is nothing to forget`);
      const { record, release } = state.current;
      return {
        request: { kind: 'release', record, forget: service },
        operators: record,
        event: { kind: 'forget-requested', release, service },
      };
    },
  );
}
