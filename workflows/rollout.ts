import { CancellationScope } from '@temporalio/workflow';
import type { RolloutResult } from '../src/model/environment/environment';
import { carryOut, Stopped } from '../src/plan/carry-out';
import { toFailure } from './shared/activities';
import { Conclusion } from './rollout/conclusion';
import { planOrAsk } from './rollout/planning';
import { RolloutPorts } from './rollout/ports';
import { type RolloutInput, RolloutRun } from './rollout/rollout-run';

export type { RolloutInput };

/** Takes an environment to a release, or back. Only the environment's own workflow starts it. */
export async function rollout(input: RolloutInput): Promise<RolloutResult> {
  const run = new RolloutRun(input);
  // A cancellation asks the rollout to stop and undo; the undo is never cancelled.
  void CancellationScope.current().cancelRequested.catch(() => run.stop('it was cancelled in Temporal'));
  return await CancellationScope.nonCancellable(() => execute(run));
}

async function execute(run: RolloutRun): Promise<RolloutResult> {
  const conclusion = new Conclusion(run);
  try {
    const refusal = run.refuse();
    if (refusal) return conclusion.refused(refusal);
    const planned = await planOrAsk(run);
    if ('unreached' in planned) return await conclusion.unplanned(planned.unreached);
    if ('refused' in planned) return conclusion.refused(planned.refused);
    run.take(planned);
    if (!run.isApproved(planned)) return conclusion.replanned(planned);
    if (planned.unproved) return conclusion.unproved(planned, planned.unproved);
    const outcome = await carryOut(planned.plan, new RolloutPorts(run));
    return await conclusion.of(outcome, planned);
  } catch (error) {
    if (error instanceof Stopped) return await conclusion.unplanned(toFailure(error));
    return conclusion.refused(toFailure(error));
  }
}
