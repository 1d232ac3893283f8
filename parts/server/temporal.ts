import { join } from 'node:path';
import { startChild, waitUntil } from '../run/children';
import { findTemporalCli } from '../find/temporal-cli';
import { freePort } from '../run/ports';
import type { Run } from '../run/runs';

export interface TemporalServer {
  /** `127.0.0.1:PORT` */
  address: string;
  uiUrl: string;
  pid: number;
  /** Version, and where it was found or fetched from. */
  version: string;
  from: string;
  /** The CLI, which people and tests may use too. */
  cli: string;
  stop(): Promise<void>;
}

export interface TemporalOptions {
  /** Name and type (Keyword, Int, …) of the search attributes to register. */
  searchAttributes?: Record<string, string>;
  /** The SQLite file that the server keeps its state in; by default one in the run's folder, gone at the end. */
  dbFile?: string;
  /** Of its gRPC; by default a free one. */
  port?: number;
  /** May a worker be handed activities with the answer to its workflow task? By default it may, which saves a turn. */
  eager?: boolean;
  /** Take 7233 and 8233 where they are free, as people expect of a development server. */
  preferUsualPorts?: boolean;
}

/** The defaults allow 20 tasks a second, which is 50 ms for each activity in a row; so it is 14 ms. */
const TUNING = ['history.transferProcessorMaxPollRPS=2000', 'history.timerProcessorMaxPollRPS=2000'];
const PRAGMAS = ['journal_mode=wal', 'synchronous=normal'];

/** Starts a Temporal development server of this run's own. Throws PartMissing when there is none to be had. */
export async function startTemporal(run: Run, options: TemporalOptions = {}): Promise<TemporalServer> {
  const cli = await findTemporalCli();
  const usual = options.preferUsualPorts;
  const port = options.port ?? (await freePort(usual ? 7233 : undefined));
  const uiPort = await freePort(usual ? 8233 : undefined);
  const args = ['server', 'start-dev', '--ip', '127.0.0.1', '--port', `${port}`, '--ui-port', `${uiPort}`];
  args.push('--db-filename', options.dbFile ?? join(run.dir, 'temporal.db'));
  for (const pragma of PRAGMAS) args.push('--sqlite-pragma', pragma);
  for (const setting of TUNING) args.push('--dynamic-config-value', setting);
  args.push('--dynamic-config-value', `system.enableActivityEagerExecution=${options.eager ?? true}`);
  for (const [name, type] of Object.entries(options.searchAttributes ?? {}))
    args.push('--search-attribute', `${name}=${type}`);

  const child = await startChild(cli.path, args, join(run.dir, 'temporal.log'));
  const made = { kind: 'process', pid: child.pid, started: child.started } as const;
  run.record(made);
  const address = `127.0.0.1:${port}`;
  await waitUntil(child, 30_000, () => connect(address));
  return {
    address,
    uiUrl: `http://127.0.0.1:${uiPort}`,
    pid: child.pid,
    version: cli.version,
    from: cli.from,
    cli: cli.path,
    stop: () => run.undo([made]),
  };
}

/** The port opens before the namespace exists. */
async function connect(address: string): Promise<void> {
  const { Connection } = await import('@temporalio/client');
  const connection = await Connection.connect({ address, connectTimeout: '1s' });
  try {
    await connection.workflowService.describeNamespace({ namespace: 'default' });
  } finally {
    await connection.close();
  }
}
