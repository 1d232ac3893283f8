import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DefaultLogger, NativeConnection, Runtime, Worker, type WorkerOptions } from '@temporalio/worker';
import { createActivities } from '../activities/index';
import { closeConnections } from '../activities/drivers/ssh/connections';
import type { Settings } from '../activities/settings';
import { connect, readConfig, type Temporal } from './client';
import { note } from './print/output';
import { printLogEntry } from './print/worker-log';
import { ensureAttributes } from './temporal/register';

export interface RunningWorker {
  temporal: Temporal;
  /** Settles when the worker has stopped, whoever stopped it. */
  done: Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts a worker: the one process that has credentials and does the deeds. With `signals` it stops by itself on Ctrl-C
 * and SIGTERM; else that is the caller's affair.
 */
export async function startWorker(settings: Settings, { signals }: { signals: boolean }): Promise<RunningWorker> {
  const logLevel = (process.env['WINDLASS_LOG'] ?? 'WARN').toUpperCase() as 'WARN';
  Runtime.install({ logger: new DefaultLogger(logLevel, printLogEntry), shutdownSignals: [] });
  const temporal = await connect();
  const connection = await connectNatively(temporal).catch(async (error: unknown) => {
    await temporal.client.connection.close();
    throw error;
  });
  const close = async () => {
    closeConnections();
    await Promise.all([connection.close(), temporal.client.connection.close()]);
  };
  try {
    await ensureAttributes(temporal);
    const worker = await createWorker(settings, temporal, connection);
    const running = runWorker(worker, close);
    if (signals) for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void running.stop());
    return { temporal, ...running };
  } catch (error) {
    await close();
    throw error;
  }
}

function runWorker(worker: Worker, close: () => Promise<unknown>): Pick<RunningWorker, 'done' | 'stop'> {
  let giveUp = () => {};
  const tooLong = new Promise<void>((resolve) => (giveUp = resolve)).then(() =>
    note('worker stopped in the middle of its work, which the next one does again'),
  );
  const run = async () => {
    try {
      await worker.run();
    } finally {
      await close();
    }
  };
  const done = Promise.race([run(), tooLong]);
  const stop = async () => {
    if (worker.getState() === 'RUNNING') worker.shutdown();
    const timer = setTimeout(giveUp, STOPS_WITHIN_MS);
    await done.catch(() => undefined);
    clearTimeout(timer);
  };
  return { done, stop };
}

/**
 * An engine that hangs holds no worker up, and Docker kills ten seconds after SIGTERM. The SDK's own limit (`shutdownForceTime`)
 * fails while an activity runs, for its connection is in use.
 */
const STOPS_WITHIN_MS = 8_000;

const connectNatively = ({ address }: Temporal): Promise<NativeConnection> =>
  NativeConnection.connect({ ...readConfig().connectionOptions, address });

const createWorker = (settings: Settings, { client, namespace }: Temporal, connection: NativeConnection) =>
  Worker.create({
    connection,
    namespace,
    taskQueue: settings.installation,
    activities: createActivities({ settings, client }),
    ...workflowCode(),
    ...TUNING,
  });

/** Heartbeats are sent often, so that a cancel is heard within a second and a killed worker is missed within five. */
const TUNING = {
  maxHeartbeatThrottleInterval: '1s',
  defaultHeartbeatThrottleInterval: '1s',
  shutdownGraceTime: '5s',
  stickyQueueScheduleToStartTimeout: '2s',
  maxCachedWorkflows: 200,
  // steps wait far more than they work: builds have their own bound
  maxConcurrentActivityTaskExecutions: 60,
} satisfies Partial<WorkerOptions>;

/** Bundling costs seconds, so the build does it once; without a build it is done here. */
function workflowCode(): Pick<WorkerOptions, 'workflowBundle' | 'workflowsPath'> {
  const codePath = join(__dirname, '..', 'workflows.bundle.js');
  if (existsSync(codePath)) return { workflowBundle: { codePath } };
  return { workflowsPath: require.resolve('../workflows/index') };
}
