import type { WorkflowHandle } from '@temporalio/client';
import { releaseId } from '../../src/model/names';
import type { ReleaseProgress } from '../../src/model/progress';
import { releaseName, type ReleaseRequest } from '../../src/model/release';
import type { Temporal } from '../client';
import { attributes } from './attributes';
import { isMissing } from './calls';

/** How a release came to be followed: the same one twice is one. */
export type Begun = { app: string; release: string; handle: WorkflowHandle } & (
  { how: 'started' | 'joined' | 'restarted' } | { how: 'done-before'; progress: ReleaseProgress }
);

/** Starts a release; joins it where it runs; says so where it has succeeded; tries again where it ended otherwise. */
export async function beginRelease(temporal: Temporal, request: ReleaseRequest): Promise<Begun> {
  const { app, release } = request;
  const id = releaseId(app, release);
  const handle = temporal.client.workflow.getHandle(id);
  const status = await statusOf(handle);
  if (status === 'RUNNING') return { how: 'joined', app, release, handle };
  if (status === 'COMPLETED') {
    const progress = (await handle.result()) as ReleaseProgress;
    return { how: 'done-before', app, release, handle, progress };
  }
  return { how: status ? 'restarted' : 'started', app, release, handle: await start(temporal, id, request) };
}

/** The next free name of a deliberate repetition: it is another release, and built anew. */
export async function again(
  temporal: Temporal,
  request: ReleaseRequest,
  fingerprint?: string,
): Promise<ReleaseRequest> {
  for (let n = 1; ; n += 1) {
    const release = releaseName(request.source.commit, fingerprint, n === 1 ? undefined : n);
    const status = await statusOf(temporal.client.workflow.getHandle(releaseId(request.app, release)));
    if (!status) return { ...request, release, fresh: true };
  }
}

/** Undefined where there is none, or Temporal keeps it no more. */
async function statusOf(handle: WorkflowHandle): Promise<string | undefined> {
  try {
    return (await handle.describe()).status.name;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Two that start it at the same moment start one. */
async function start(
  { client, taskQueue }: Temporal,
  workflowId: string,
  request: ReleaseRequest,
): Promise<WorkflowHandle> {
  const { app, release, source, startedBy, images } = request;
  const given = Object.entries(images ?? {}).map(([service, image]) => `- ${service}: \`${image}\``);
  return client.workflow.start('release', {
    workflowId,
    taskQueue,
    args: [request],
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    workflowIdConflictPolicy: 'USE_EXISTING',
    staticSummary: `${app} ${release}, started by ${startedBy}`,
    staticDetails: [`Commit \`${source.commit}\``, `of ${source.url}`, `started by ${startedBy}`, ...given].join(
      '\n\n',
    ),
    typedSearchAttributes: attributes({ WindlassApp: app, WindlassRelease: release, WindlassState: 'starting' }),
  });
}
