import type { Client } from '@temporalio/client';
import { createCleaningActivities } from './cleaning';
import { createEnvironmentActivities, neededElsewhere } from './environments';
import { type IsAwaited, withHeartbeat } from './heartbeat';
import { createImageActivities } from './images/images';
import { createInspectionActivities } from './inspection';
import { refuseBadNames } from './names-in-messages';
import { createPlanningActivities } from './planning';
import { loadFile } from './records/files';
import { loadRecord } from './records/load-record';
import { createRecordActivities } from './records/records';
import { createRolloutActivities } from './rollout';
import { createDecisionActivities, requireStart } from './decisions';
import type { PlanningDeps } from './decisions/demand';
import { requireBootstrap } from './decisions/asked';
import { claim } from './decisions/claims';
import { seal } from './decisions/seal';
import { committedOn } from './records/ledger/committed-on';
import type { Settings } from './settings';
import { createSourceActivities } from './source';
import { openDrivers } from './targets';
import type { Activities } from './types';

/** All activities of a worker, with its credentials and engines. */
export function createActivities({ settings, client }: { settings: Settings; client: Client }): Activities {
  const deps: PlanningDeps = {
    settings,
    loadRecord,
    loadFile,
    neededElsewhere: (app, environment) => neededElsewhere(client, settings.installation, app, environment),
    drivers: openDrivers(settings),
    claim,
    committedOn: (registry, app, environment) => committedOn(settings, registry, app, environment),
  };
  const source = createSourceActivities(deps);
  const records = createRecordActivities({ settings, checkout: source.checkout });
  const activities: Activities = {
    ...source.activities,
    async readSource(request) {
      const signed = await requireStart(settings.installation, request);
      return { ...(await source.activities.readSource(request)), ...(signed && { signed }) };
    },
    async bootstrapHost({ host, asked }) {
      await requireBootstrap(settings.installation, host, asked);
      return await source.activities.bootstrapHost({ host });
    },
    ...createImageActivities({ settings, checkout: source.checkout }),
    ...records,
    async storeRelease(input) {
      const { record } = await records.storeRelease(input);
      return { record: await seal(settings, record) };
    },
    ...createEnvironmentActivities(client, settings.installation),
    ...createCleaningActivities({ settings, client }),
    ...createDecisionActivities(settings),
    ...createPlanningActivities(deps),
    ...createRolloutActivities(deps),
    ...createInspectionActivities(deps),
  };
  return beat(activities, isAwaitedBy(client));
}

function beat(activities: Activities, isAwaited: IsAwaited): Activities {
  const all = Object.entries(activities) as [string, (input: unknown) => Promise<unknown>][];
  const beating = all.map(([name, activity]) => [name, withHeartbeat(checked(activity), isAwaited)]);
  return Object.fromEntries(beating) as unknown as Activities;
}

const checked =
  (activity: (input: unknown) => Promise<unknown>) =>
  async (input: unknown): Promise<unknown> => {
    refuseBadNames(input);
    return await activity(input);
  };

const isAwaitedBy =
  (client: Client): IsAwaited =>
  async ({ info: { workflowExecution, activityId, attempt } }) => {
    if (!workflowExecution) return true;
    const { workflowId, runId } = workflowExecution;
    const { raw } = await client.workflow.getHandle(workflowId, runId).describe();
    return (raw.pendingActivities ?? []).some((one) => one.activityId === activityId && one.attempt === attempt);
  };
