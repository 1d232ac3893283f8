import type { Resolution } from '../../src/model/approval/question';
import { releaseId, rolloutId } from '../../src/model/names';
import type { RolloutProgress } from '../../src/model/environment/progress';
import { resolveStep, rolloutProgress } from '../../workflows/messages';
import type { Temporal } from '../client';
import { type Rollouts, rolloutKey, type View } from '../print/view';
import { ask, orMissing, tell } from './connect/calls';
import { ownHandle } from './connect/handle';

/** Queries and updates of a rollout. */

const nothingRuns = (app: string, environment: string) =>
  `No rollout of ${app} is running in ${environment}, so there is no question.`;

export function readRollout(temporal: Temporal, app: string, environment: string): Promise<RolloutProgress> {
  return orMissing(
    ask(temporal, async () => (await ownHandle(temporal, rolloutId(app, environment))).query(rolloutProgress)),
    nothingRuns(app, environment),
  );
}

/** The rollouts of a release that are not simply done. Leaves out those Temporal no longer keeps. */
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

/** Answers the rollout in an environment, or the release that asks itself. */
export function sendResolution(
  temporal: Temporal,
  app: string,
  to: { environment: string; release?: string },
  resolution: Resolution,
): Promise<string> {
  const id = to.release === undefined ? rolloutId(app, to.environment) : releaseId(app, to.release);
  const update = tell(temporal, async () =>
    (await ownHandle(temporal, id)).executeUpdate(resolveStep, { args: [resolution] }),
  );
  return orMissing(update, nothingRuns(app, to.environment));
}
