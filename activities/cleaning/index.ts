import type { Client } from '@temporalio/client';
import { environmentId, releaseId } from '../../src/model/names';
import type { RegistryAccess } from '../../src/model/release';
import { requireCleaning } from '../decisions/asked';
import { inParallel } from '../drivers/bounded';
import { failureIn, permanent } from '../drivers/errors';
import { neededByAll, neededElsewhere } from '../environments';
import { accessTo } from '../records/access';
import { loadRecord } from '../records/load-record';
import { rebuildEnvironments } from '../records/rebuild';
import type { Settings } from '../settings';
import type { Activities } from '../types';
import { cleanRegistry } from './clean-registry';
import { findSpare, type Needed } from './find-spare';

const AT_ONCE = 4;

interface CleaningDeps {
  settings: Settings;
  client: Client;
}

/** The activities that remove from a registry what nobody needs. */
export function createCleaningActivities({
  settings,
  client,
}: CleaningDeps): Pick<Activities, 'planCleaning' | 'cleanRegistry'> {
  const look = async (app: string, registry: RegistryAccess | undefined) => {
    const access = accessTo(settings, app, registry);
    return { access, needed: await findNeeded(settings, client, access, app) };
  };
  return {
    async planCleaning({ app, registry, keep, ledger }) {
      const { access, needed } = await look(app, registry);
      return findSpare(settings, access, app, { keep, ledger }, needed);
    },
    async cleanRegistry({ registry, signed: given, ...input }) {
      const signed = await requireCleaning(settings.installation, { ...input, registry, signed: given });
      const { access, needed } = await look(input.app, registry);
      return cleanRegistry(settings, access, { ...input, signed }, needed);
    },
  };
}

/** What environments say that they need, and what the ledger says that they may go back to: Temporal's data may be lost, or made up. */
async function findNeeded(settings: Settings, client: Client, access: RegistryAccess, app: string): Promise<Needed> {
  const { installation } = settings;
  const rebuilt = await rebuildEnvironments(settings, access, app);
  for (const { environment } of rebuilt) await requireKnown(client, installation, { app, environment });
  const kept = await neededElsewhere(client, installation, app);
  const committed = rebuilt.flatMap(({ environment, committed: all }) =>
    all.map(({ record }) => ({ environment, record })),
  );
  const open: string[] = [];
  const query = `WorkflowType = 'release' AND ExecutionStatus = 'Running'`;
  for await (const { workflowId, taskQueue } of client.workflow.list({ query }))
    if (taskQueue === installation && workflowId.startsWith(releaseId(app, '')))
      open.push(workflowId.slice(releaseId(app, '').length));
  return {
    environments: [...kept, ...committed].map(({ environment, record }) => ({ environment, digest: record.digest })),
    open,
    elsewhere: await imagesOfOthers(client, installation, app),
  };
}

/** The images of what the environments of other applications are on, are going to or may go back to. */
async function imagesOfOthers(client: Client, installation: string, app: string): Promise<string[]> {
  const others = (await neededByAll(client, installation)).filter(({ record }) => record.app !== app);
  const images = await inParallel(AT_ONCE, others, async ({ record }) => {
    const found = await loadRecord(record).catch((error: unknown) => {
      if (failureIn(error)?.kind === 'no-record') return undefined;
      throw error;
    });
    return (found?.environments ?? []).flatMap(({ services }) => services.map(({ image }) => image));
  });
  return [...new Set(images.flat())];
}

/** What an environment needs is asked of it: one that the ledger has, and Temporal has not, cannot be asked. */
async function requireKnown(
  client: Client,
  installation: string,
  { app, environment }: { app: string; environment: string },
): Promise<void> {
  const handle = client.workflow.getHandle(environmentId(app, environment));
  const isKnown = await handle.describe().then(
    ({ status, taskQueue }) => status.name === 'RUNNING' && taskQueue === installation,
    () => false,
  );
  if (isKnown) return;
  throw permanent({
    kind: 'not-known',
    message: `the ledger of ${app} has the environment ${environment}, and Temporal does not know it, so what it may go back to cannot be told. Was Temporal's data lost? windlass recover ${app}. Is it another installation's? Then each needs a registry of its own`,
  });
}
