import type { WorkflowHandle } from '@temporalio/client';
import { releaseId } from '../../../src/model/names';
import type { ReleaseProgress } from '../../../src/model/environment/progress';
import { releaseName, type ReleaseRequest } from '../../../src/model/release';
import type { Temporal } from '../../client';
import { attributes } from '../connect/attributes';
import { isMissing } from '../connect/calls';
import { describeOwn } from '../connect/handle';

/** How the followed release came about. The same release twice is one. */
export type Begun = { app: string; release: string; handle: WorkflowHandle } & (
  { how: 'started' | 'joined' | 'restarted' } | { how: 'done-before'; progress: ReleaseProgress }
);

/**
 * Starts a release, signed by `signed`. Joins a running one, reports a succeeded one, retries one that ended
 * otherwise.
 */
export async function beginRelease(
  temporal: Temporal,
  request: ReleaseRequest,
  signed: (request: ReleaseRequest) => ReleaseRequest | Promise<ReleaseRequest> = (same) => same,
): Promise<Begun> {
  const { app, release } = request;
  const id = releaseId(app, release);
  const { handle, status } = (await findOwn(temporal, id)) ?? {};
  if (handle && status === 'RUNNING') return { how: 'joined', app, release, handle };
  if (handle && status === 'COMPLETED') {
    const progress = (await handle.result()) as ReleaseProgress;
    return { how: 'done-before', app, release, handle, progress };
  }
  return {
    how: status ? 'restarted' : 'started',
    app,
    release,
    handle: await start(temporal, id, await signed(request)),
  };
}

/** The next free id for a deliberate repetition, which is a release of its own with its own build. */
export async function again(
  temporal: Temporal,
  request: ReleaseRequest,
  fingerprint?: string,
): Promise<ReleaseRequest> {
  for (let n = 1; ; n += 1) {
    const release = releaseName(request.source.commit, fingerprint, n === 1 ? undefined : n);
    if (!(await findOwn(temporal, releaseId(request.app, release)))) return { ...request, release, fresh: true };
  }
}

type Own = Awaited<ReturnType<typeof describeOwn>>;

/** Undefined when it does not exist or Temporal no longer keeps it. */
async function findOwn(temporal: Temporal, workflowId: string): Promise<Own | undefined> {
  try {
    return await describeOwn(temporal, workflowId);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Two simultaneous starts result in one release. */
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
