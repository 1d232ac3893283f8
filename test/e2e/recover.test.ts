import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectRegistry } from '../../activities/drivers/registry/registry';
import { EXIT } from '../../cli/exit';
import { ATTRIBUTE_TYPES } from '../../cli/temporal/connect/attributes';
import { ask } from '../../lab/traffic/client';
import type { TestBed } from '../../lab/test-bed';
import { freePort } from '../../parts/run/ports';
import { Run } from '../../parts/run/runs';
import { clientOf } from '../../parts/server/engine-client';
import { startTemporal, type TemporalServer } from '../../parts/server/temporal';
import type { EnvironmentState } from '../../src/model/environment/environment';
import { type LedgerReport, readHead } from '../../src/model/ledger/ledger';
import { describeWith, parts } from '../setup/parts';
import { containersOf, openTestBed, said, until } from './test-bed';

const BY = ['--by', 'ops@example.com'];

describeWith(['temporal', 'engine', 'registry', 'compose', 'images', 'node'], 'what Temporal knew', () => {
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

  it('is tied to the ledger: what runs and each environment remember its head', async () => {
    await begin();
    const { ledger } = await stateOf('production');
    expect(ledger).toMatch(/^ledger-\d{8}T\d{9}Z-[0-9a-f]{12}_production@sha256:[0-9a-f]{64}$/);
    const filters = { label: [`${bed.installation}.app=${bed.app}`, `${bed.installation}.role=instance`] };
    const instances = await clientOf(parts().engine.host).listContainers({ filters });
    const heads = instances.map(({ Labels }) => Labels[`${bed.installation}.ledger`]);
    expect(heads.length).toBeGreaterThan(0);
    for (const head of heads) expect(head).toMatch(/^ledger-/);
    expect(await verify()).toMatchObject({ unsigned: 0, breaks: [], keys: [expect.stringMatching(/^ssh-ed25519 /)] });
    expect(await observed()).toContain('matches the record');
  });

  it('is rebuilt from registry and hosts when its data is lost; nothing that runs is touched, and all goes on', async () => {
    await begin();
    expect(await windlass('freeze', 'staging', '--reason', 'holidays')).toMatchObject({ status: 0 });
    const [before, states] = [await containersOf(bed), [await stateOf('production'), await stateOf('staging')]];
    await loseTemporal();
    expect((await stateOf('production')).current).toBeUndefined();

    const unasked = await windlass('recover');
    expect(unasked).toMatchObject({ status: 2, said: expect.stringContaining('--yes') });
    expect(unasked.said).toMatch(new RegExp(`production +${second} .* ${first}`));
    const recovered = await windlass('recover', bed.app, '--yes', '--reason', 'the disk is gone');
    expect(recovered).toMatchObject({ status: 0, said: expect.stringContaining(`production is on ${second}`) });
    expect(await containersOf(bed)).toEqual(before);
    for (const state of states) {
      const { current, committed, operators, frozen } = state;
      const now = await stateOf(state.environment);
      expect({ ...now, committed: now.committed.map(({ record }) => record) }).toMatchObject({
        current: { release: current!.release, record: current!.record, by: current!.by, secrets: current!.secrets },
        committed: committed.map(({ record }) => record),
        operators,
        ...(frozen && { frozen: { by: frozen.by, reason: frozen.reason } }),
      });
    }
    expect(await verify()).toMatchObject({ breaks: [] });
    expect(await observed()).toContain('matches the record');
    // once more there is nothing to do
    const again = await windlass('recover', '--yes');
    expect(again).toMatchObject({ status: 0, said: expect.stringContaining('There is nothing to recover.') });

    expect(await windlass('thaw', 'staging', '--reason', 'over')).toMatchObject({ status: 0 });
    const third = await release();
    expect(await serves('probe')).toBe(`version ${version}`);
    expect(await windlass('rollback', 'production', first, '--reason', 'to try it')).toMatchObject({ status: 0 });
    expect(await serves('probe')).toBe('version 1');
    expect(await serves('staging')).toBe(`version ${version}`);
    expect((await stateOf('production')).committed.map((one) => one.release)).toEqual([first, third, second]);
    expect(await verify()).toMatchObject({ breaks: [] });
  });

  it('is asked where ledger and hosts contradict each other', async () => {
    await begin();
    const isBack = (await stateOf('production')).current?.release === first;
    if (!isBack)
      expect(await windlass('rollback', 'production', first, '--reason', 'to try it')).toMatchObject({ status: 0 });
    const { ledger, current } = await stateOf('production');
    // Somebody removes that production went back: the ledger says that it is on what was before.
    const { digest } = readHead(ledger!);
    const repository = `${bed.app}/windlass`;
    const url = `http://${parts().registry.address}/v2/${repository}/manifests/${digest}`;
    expect((await fetch(url, { method: 'DELETE' })).status).toBe(202);
    const broken = await bed.windlass.run('history', '--verify');
    expect(broken).toMatchObject({ status: 1, stdout: expect.stringContaining(`missing: ${readHead(ledger!).tag}`) });
    expect(await observed()).toContain('ledger: missing: ledger-');

    const before = await containersOf(bed);
    await loseTemporal();
    expect(await windlass('recover', '--current', 'production')).toMatchObject({ status: 2 });
    const asked = await windlass('recover', '--yes');
    expect(asked.status).toBe(2);
    expect(asked.said).toContain('--current production=RELEASE');
    expect(await windlass('recover', '--yes', '--current', 'production=nothing')).toMatchObject({ status: 2 });
    const said = ['--current', `production=${current!.release}`];
    expect(await windlass('recover', '--yes', ...said)).toMatchObject({ status: 0 });
    expect((await stateOf('production')).current!.release).toBe(first);
    expect(await containersOf(bed)).toEqual(before);
    expect(await serves('probe')).toBe('version 1');
    await release();
    expect(await serves('probe')).toBe(`version ${version}`);
    expect((await connectRegistry(parts().registry.address).listTags(repository)).length).toBeGreaterThan(10);
  });
});

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
