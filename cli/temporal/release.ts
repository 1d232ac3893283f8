import type { WorkflowHandle } from '@temporalio/client';
import { releaseId } from '../../src/model/names';
import type { Decision } from '../../src/model/decision';
import type { ReleaseProgress } from '../../src/model/progress';
import { cancelRelease, decide, releaseProgress } from '../../workflows/messages';
import type { Temporal } from '../client';
import { quote } from './attributes';
import { ask, isMissing, orMissing, tell } from './calls';

/** What can be asked of a release, and told it. */

export const releaseHandle = ({ client }: Temporal, app: string, release: string): WorkflowHandle =>
  client.workflow.getHandle(releaseId(app, release));

export const noSuchRelease = (app: string, release: string) =>
  `There is no release ${release} of ${app} in progress or kept in Temporal.`;
const SEE_STATUS = 'See what there is: windlass status, windlass history';

export function readRelease(temporal: Temporal, app: string, release: string): Promise<ReleaseProgress> {
  const query = ask(temporal, () => releaseHandle(temporal, app, release).query(releaseProgress));
  return orMissing(query, noSuchRelease(app, release), SEE_STATUS);
}

/** Undefined where there is none of this name. */
export async function findRelease(
  temporal: Temporal,
  app: string,
  release: string,
): Promise<ReleaseProgress | undefined> {
  return ask(temporal, () => releaseHandle(temporal, app, release).query(releaseProgress)).catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
}

/** Sends a decision; what the release says to it. The id of the decision is the update's: sent twice, it counts once. */
export function sendDecision(temporal: Temporal, app: string, release: string, decision: Decision): Promise<string> {
  const handle = releaseHandle(temporal, app, release);
  const update = tell(temporal, () => handle.executeUpdate(decide, { args: [decision], updateId: decision.id }));
  return orMissing(update, `Release ${release} of ${app} is over: nothing is to be decided.`, SEE_STATUS);
}

export function sendCancel(
  temporal: Temporal,
  app: string,
  release: string,
  by: string,
  reason: string,
): Promise<string> {
  const handle = releaseHandle(temporal, app, release);
  const update = tell(temporal, () => handle.executeUpdate(cancelRelease, { args: [{ by, reason }] }));
  return orMissing(
    update,
    `There is no release ${release} of ${app} in progress: nothing is to be cancelled.`,
    SEE_STATUS,
  );
}

/** The releases of an application that are in progress, newest first. */
export async function listOpenReleases({ client }: Temporal, app: string): Promise<string[]> {
  const query = `WindlassApp = ${quote(app)} AND WorkflowType = 'release' AND ExecutionStatus = 'Running'`;
  const releases: string[] = [];
  for await (const { workflowId } of client.workflow.list({ query }))
    releases.push(workflowId.slice(releaseId(app, '').length));
  return releases;
}
