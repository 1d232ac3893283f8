import type { Client } from '@temporalio/client';
import { connectEngine } from './drivers/docker/connect';
import { traefik } from './drivers/proxy/traefik';
import { createEnvironmentActivities, keptElsewhere } from './environments';
import { type IsAwaited, withHeartbeat } from './heartbeat';
import { createImageActivities } from './images/images';
import { createInspectionActivities } from './inspection';
import { createPlanningActivities } from './planning';
import { loadFile } from './records/files';
import { loadRecord } from './records/load-record';
import { createRecordActivities } from './records/records';
import { createRolloutActivities } from './rollout';
import type { RolloutDeps } from './rollout/context';
import type { Settings } from './settings';
import { createSourceActivities } from './source';
import type { Activities } from './types';

/** Everything that a worker can do, with the credentials and the engines that it has. */
export function createActivities({ settings, client }: { settings: Settings; client: Client }): Activities {
  const deps: RolloutDeps = {
    settings,
    loadRecord,
    loadFile,
    proxy: traefik,
    keptElsewhere: (app, environment) => keptElsewhere(client, app, environment),
    connect: (target) => connectEngine(target, settings),
  };
  const source = createSourceActivities(settings);
  const activities: Activities = {
    ...source.activities,
    ...createImageActivities({ settings, checkout: source.checkout }),
    ...createRecordActivities({ settings, checkout: source.checkout }),
    ...createEnvironmentActivities(client, settings.installation),
    ...createPlanningActivities(deps),
    ...createRolloutActivities(deps),
    ...createInspectionActivities(deps),
  };
  return beat(activities, isAwaitedBy(client));
}

/** Every activity sends heartbeats. */
function beat(activities: Activities, isAwaited: IsAwaited): Activities {
  const deeds = Object.entries(activities) as [string, (input: unknown) => Promise<unknown>][];
  const beating = deeds.map(([name, deed]) => [name, withHeartbeat(deed, isAwaited)]);
  return Object.fromEntries(beating) as unknown as Activities;
}

/** Asks the server, which counts the attempts. */
const isAwaitedBy =
  (client: Client): IsAwaited =>
  async ({ info: { workflowExecution, activityId, attempt } }) => {
    if (!workflowExecution) return true;
    const { workflowId, runId } = workflowExecution;
    const { raw } = await client.workflow.getHandle(workflowId, runId).describe();
    return (raw.pendingActivities ?? []).some((one) => one.activityId === activityId && one.attempt === attempt);
  };
