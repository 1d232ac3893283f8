import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EXIT } from '../../cli/exit';
import { ATTRIBUTE_TYPES } from '../../cli/temporal/connect/attributes';
import { ask } from '../../lab/traffic/client';
import type { TestBed } from '../../lab/test-bed';
import { freePort } from '../../parts/run/ports';
import { Run } from '../../parts/run/runs';
import { startTemporal, type TemporalServer } from '../../parts/server/temporal';
import type { EnvironmentState } from '../../src/model/environment/environment';
import type { LedgerReport } from '../../src/model/ledger/ledger';
import { describeWith, parts } from '../setup/parts';
import { openTestBed, said, until } from './test-bed';

const BY = ['--by', 'ops@example.com'];

/** Tests with a Temporal of their own, whose data may be lost; each begins by `begin`: two releases in production. */
export function withOwnTemporal(tests: (own: ReturnType<typeof openOwn>) => void): void {
  describeWith(['temporal', 'engine', 'registry', 'compose', 'images', 'node'], 'what Temporal knew', () =>
    tests(openOwn()),
  );
}

function openOwn() {
  const run = new Run(mkdtempSync(join(tmpdir(), 'windlass recover ')));
  const dbFile = join(run.dir, 'temporal.db');
  let port: number;
  let server: TemporalServer;
  let bed: TestBed;
  let close: () => Promise<void>;
  let version = 0;

  const startServer = async () => {
    server = await startTemporal(run, { port, dbFile, searchAttributes: ATTRIBUTE_TYPES });
  };
  beforeAll(async () => {
    port = await freePort();
    await startServer();
    ({ bed, close } = await openTestBed('probe', { temporal: { ...parts().temporal, address: server.address } }));
  });
  afterAll(async () => {
    await close?.();
    await run.undo();
  });

  const windlass = async (...args: string[]) => {
    const ended = await bed.windlass.run(...args, ...BY);
    return { status: ended.status, said: said(ended) };
  };
  async function release(): Promise<string> {
    version += 1;
    bed.shop.setVariable('VERSION', String(version));
    bed.shop.write('windlass.yaml', manifestOf(bed.app));
    const sha = bed.shop.commit(`Version ${version}`);
    expect(await windlass('release', '--commit', sha, '--until', 'done')).toMatchObject({ status: 0 });
    return sha.slice(0, 10);
  }
  const stateOf = async (environment: string) =>
    (await bed.windlass.read<{ environments: EnvironmentState[] }>('status')).environments.find(
      (one) => one.environment === environment,
    )!;
  const observed = async () => said(await bed.windlass.run('status', 'production', '--observed'));
  const verify = () => bed.windlass.read<LedgerReport>('history', '--verify');
  const serves = (environment: 'staging' | 'probe') => ask({ address: bed.address, host: `${environment}.localhost` });
  /** All that Temporal has is gone, and an empty one is at its place. */
  async function loseTemporal(): Promise<void> {
    process.kill(server.pid, 'SIGKILL');
    await server.stop();
    for (const end of ['', '-wal', '-shm']) rmSync(`${dbFile}${end}`, { force: true });
    expect(existsSync(dbFile)).toBe(false);
    await startServer();
    // The worker finds the server again by itself; until then a command says that no worker answers.
    await until(async () => (await windlass('recover')).status !== EXIT.unreachable);
  }

  let first: string;
  let second: string;
  /** What a test begins from, whichever was before it. */
  const begin = async () => {
    first ??= await release();
    second ??= await release();
  };

  return {
    bed: () => bed,
    first: () => first,
    second: () => second,
    version: () => version,
    windlass,
    release,
    stateOf,
    observed,
    verify,
    serves,
    loseTemporal,
    begin,
  };
}

const manifestOf = (app: string) => `
app: ${app}
services:
  web: { drain: 1s }
  jobs: { background: true }
environments:
  staging:
    hosts: [local]
    routes: [{ service: web, host: staging.localhost }]
    soak: 500ms
  production:
    hosts: [local]
    routes: [{ service: web, host: probe.localhost }]
    soak: 500ms
    operators: [ops@example.com]
`;
