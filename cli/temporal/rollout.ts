import type { Resolution } from '../../src/model/question';
import { releaseId, rolloutId } from '../../src/model/names';
import type { RolloutProgress } from '../../src/model/progress';
import { resolveStep, rolloutProgress } from '../../workflows/messages';
import type { Temporal } from '../client';
import { type Rollouts, rolloutKey, type View } from '../print/view';
import { ask, orMissing, tell } from './calls';

/** What can be asked of a rollout, and told it. */

const nothingRuns = (app: string, environment: string) =>
  `No rollout of ${app} runs in ${environment}: nothing is asked.`;

export function readRollout(temporal: Temporal, app: string, environment: string): Promise<RolloutProgress> {
  const handle = temporal.client.workflow.getHandle(rolloutId(app, environment));
  return orMissing(
    ask(temporal, () => handle.query(rolloutProgress)),
    nothingRuns(app, environment),
  );
}

/** How the rollouts of a release stand that are not simply done. One that Temporal keeps no more is left out. */
export async function readRollouts({ client }: Temporal, view: View): Promise<Rollouts> {
  const stages = view.stages.filter((stage) => stage.rollout && stage.state !== 'done');
  const known = await Promise.all(
    stages.map(async ({ rollout }): Promise<[string, RolloutProgress][]> => {
      if (!rollout) return [];
      const handle = client.workflow.getHandle(rollout.workflowId, rollout.runId);
      return handle.query(rolloutProgress).then(
        (progress) => [[rolloutKey(rollout), progress]],
        () => [],
      );
    }),
  );
  return Object.fromEntries(known.flat());
}

/** To the rollout on an environment, or to the release that asks itself. */
export function sendResolution(
  temporal: Temporal,
  app: string,
  to: { environment: string; release?: string },
  resolution: Resolution,
): Promise<string> {
  const id = to.release === undefined ? rolloutId(app, to.environment) : releaseId(app, to.release);
  const handle = temporal.client.workflow.getHandle(id);
  const update = tell(temporal, () => handle.executeUpdate(resolveStep, { args: [resolution] }));
  return orMissing(update, nothingRuns(app, to.environment));
}
