import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DefaultLogger, NativeConnection, Runtime, Worker, type WorkerOptions } from '@temporalio/worker';
import { createActivities } from '../activities/index';
import { whyNotConfined } from '../activities/drivers/programs/confine';
import { closeConnections } from '../activities/drivers/ssh/connections';
import { readLedgerKey } from '../activities/records/ledger/ledger-key';
import type { Settings } from '../activities/settings';
import { connect, readConfig, type Temporal } from './client';
import { note } from './print/terminal/output';
import { printLogEntry } from './print/worker-log';
import { SEALS } from '../workflows/sandbox/failure-converter';
import { type Codec, readCodec } from './temporal/connect/codec';
import { ensureAttributes } from './temporal/connect/register';

/** Whether programs that read a commit are sandboxed on this machine, for the worker's first lines. */
export async function describeConfinement(): Promise<string> {
  const why = await whyNotConfined();
  return why
    ? `docker compose is not sandboxed here (${why}): only windlass's own checks keep a commit from reading this machine's files. See docs/security.md`
    : "docker compose is sandboxed: it can read the checkout and the system's programs only";
}

/** Whose signature this worker's entries have, for its first lines. */
export const describeLedgerKey = async (settings: Settings): Promise<string> =>
  `the ledger is signed by ${(await readLedgerKey(settings)).publicHalf}`;

export interface RunningWorker {
  temporal: Temporal;
  /** Settles when the worker has stopped for any reason. */
  done: Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts a worker, the only process with credentials. With `signals` it stops on Ctrl-C and
 * SIGTERM; without, the caller stops it.
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
    note('worker stopped while busy; the next worker repeats that work'),
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
 * The time to stop in. A hanging engine must not delay it, and Docker kills ten seconds after SIGTERM. The SDK's
 * own limit (`shutdownForceTime`) fails while an activity is running, because its connection is in use.
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
    ...sealing(readCodec()),
    ...TUNING,
  });

/** Frequent heartbeats: a cancel arrives within a second, and a killed worker is noticed within five. */
const TUNING = {
  maxHeartbeatThrottleInterval: '1s',
  defaultHeartbeatThrottleInterval: '1s',
  shutdownGraceTime: '5s',
  stickyQueueScheduleToStartTimeout: '2s',
  maxCachedWorkflows: 200,
  // steps mostly wait; builds have a limit of their own
  maxConcurrentActivityTaskExecutions: 60,
} satisfies Partial<WorkerOptions>;

/**
 * The code of the workflows, which the build has bundled, and how their payloads are written. Workflows cannot ask for a setting,
 * so that they encrypt messages of failures is set by a line before their code.
 */
function sealing(codec: Codec): Pick<WorkerOptions, 'workflowBundle' | 'dataConverter'> {
  const codePath = join(__dirname, '..', 'workflows.bundle.js');
  const payloadCodecs = [codec];
  if (!codec.seals) return { workflowBundle: { codePath }, dataConverter: { payloadCodecs } };
  Reflect.set(globalThis, SEALS, true);
  const failureConverterPath = require.resolve('../workflows/sandbox/failure-converter');
  return {
    workflowBundle: { code: `globalThis.${SEALS} = true;${readFileSync(codePath, 'utf8')}` },
    dataConverter: { payloadCodecs, failureConverterPath },
  };
}
