import type { WorkflowHandle } from '@temporalio/client';
import type { DecisionNote } from '../../src/model/messages';
import { releaseId } from '../../src/model/names';
import type { Decision } from '../../src/model/approval/decision';
import type { ReleaseProgress } from '../../src/model/environment/progress';
import { cancelRelease, decide, releaseProgress } from '../../workflows/messages';
import type { Temporal } from '../client';
import { quote } from './connect/attributes';
import { ask, isMissing, orMissing, tell } from './connect/calls';
import { ownHandle } from './connect/handle';

/** Queries, updates and signals of a release's workflow. */

export const releaseHandle = (temporal: Temporal, app: string, release: string): Promise<WorkflowHandle> =>
  ownHandle(temporal, releaseId(app, release));

export const noSuchRelease = (app: string, release: string) =>
  `Release ${release} of ${app} is neither in progress nor kept in Temporal.`;
const SEE_STATUS = 'To list releases: windlass status, windlass history';

export function readRelease(temporal: Temporal, app: string, release: string): Promise<ReleaseProgress> {
  const query = ask(temporal, async () => (await releaseHandle(temporal, app, release)).query(releaseProgress));
  return orMissing(query, noSuchRelease(app, release), SEE_STATUS);
}

export async function findRelease(
  temporal: Temporal,
  app: string,
  release: string,
): Promise<ReleaseProgress | undefined> {
  const query = ask(temporal, async () => (await releaseHandle(temporal, app, release)).query(releaseProgress));
  return query.catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
}

/** Sends a decision and returns the release's answer. Its id is the update's id, so a repeat counts once. */
export function sendDecision(temporal: Temporal, app: string, release: string, decision: Decision): Promise<string> {
  const handle = () => releaseHandle(temporal, app, release);
  const update = tell(temporal, async () =>
    // One that is signed once more, for the signature was not good, is another update of the same decision.
    (await handle()).executeUpdate(decide, { args: [decision], ...(!decision.signed && { updateId: decision.id }) }),
  );
  return orMissing(update, `Release ${release} of ${app} has ended: there is nothing to decide.`, SEE_STATUS);
}

export function sendCancel(temporal: Temporal, app: string, release: string, said: DecisionNote): Promise<string> {
  const handle = () => releaseHandle(temporal, app, release);
  const update = tell(temporal, async () => (await handle()).executeUpdate(cancelRelease, { args: [said] }));
  return orMissing(update, `Release ${release} of ${app} is not in progress: there is nothing to cancel.`, SEE_STATUS);
}

/** An application's releases in progress, newest first. */
export async function listOpenReleases({ client, taskQueue }: Temporal, app: string): Promise<string[]> {
  const query = `WindlassApp = ${quote(app)} AND WorkflowType = 'release' AND ExecutionStatus = 'Running'`;
  const releases: string[] = [];
  for await (const { workflowId, taskQueue: of } of client.workflow.list({ query }))
    if (of === taskQueue) releases.push(workflowId.slice(releaseId(app, '').length));
  return releases;
}
