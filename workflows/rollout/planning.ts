import { CancellationScope, isCancellation, workflowInfo } from '@temporalio/workflow';
import type { Proof, Unreached } from '../../activities/types';
import type { Planned } from '../../src/model/inspection';
import type { RolloutRequest } from '../../src/model/environment/environment';
import { lookAt } from '../../src/model/approval/question';
import { Stopped } from '../../src/plan/carry-out';
import { answersAbout } from '../../src/plan/exclude';
import { long } from '../shared/activities';
import { givesUpPlanning } from '../shared/patches';
import { unpacked } from '../shared/planning';
import { showState } from '../shared/show';
import { describeRollout } from './describe';
import { askOperator } from './questions';
import type { RolloutRun } from './rollout-run';

/**
 * Plans the rollout. When a host does not answer it asks an operator, because only people know whether the host
 * will return. Returns the plan, or why there is none, or the host it cannot do without.
 */
export async function planOrAsk(run: RolloutRun): Promise<Planned | Unreached> {
  const { app, environment, request, current, keep, ran } = run.input;
  const { kind, record, left, startComposed, acceptEmpty, forget } = request;
  const summary = `plan ${environment}: to ${run.target}`;
  const words = `Observes the hosts and plans the rollout to ${run.target}.`;
  showState('planning', describeRollout(run.progress, 'planning', words));
  for (;;) {
    const excluded = [...new Set([...(run.input.excluded ?? []), ...run.excluded])];
    const wanted = { kind, record, left, startComposed, acceptEmpty, forget };
    const input = { app, environment, ...wanted, current, keep, ran, excluded, asks: true, proof: proofOf(request) };
    const planned = await untilStopped(run, () => long.planRollout.executeWithOptions({ summary }, [input]));
    if (!('unreached' in planned)) return unpacked(planned);
    const { unreached, host, canDoWithout, operators } = planned;
    run.operators = { now: operators, next: operators };
    const answers = answersAbout(host, canDoWithout);
    if (run.stopped !== undefined || (await askOperator(run, lookAt(host), host, unreached, answers)) === 'rollback')
      return planned;
  }
}

/** What shows that the rollout is wanted: this run alone may use it. */
const proofOf = ({ approved, signed = [] }: RolloutRequest): Proof => ({
  statements: [...signed, ...(approved?.signed ?? [])],
  run: workflowInfo().runId,
});

/** Planning changes nothing, so a stop cancels it. */
async function untilStopped<T>(run: RolloutRun, plan: () => Promise<T>): Promise<T> {
  if (run.stopped && givesUpPlanning()) throw new Stopped(run.stopped);
  try {
    return await CancellationScope.cancellable(() => {
      run.planning = CancellationScope.current();
      return plan();
    });
  } catch (error) {
    throw run.stopped && isCancellation(error) ? new Stopped(run.stopped) : error;
  } finally {
    run.planning = undefined;
  }
}
