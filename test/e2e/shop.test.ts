import { ask, sendRequests } from '../../demo/client';
import { changes } from '../../demo/shop';
import type { Stage } from '../../demo/stage';
import type { EnvironmentState } from '../../src/model/environment';
import type { LedgerEntry } from '../../src/model/ledger';
import { describeWith } from '../setup/parts';
import { APPROVER, openStand, promote } from './stand';

/** The four acts of the demo, one after the other on one stage, through the installed program. */
describeWith(['temporal', 'engine', 'registry', 'compose', 'images', 'node'], 'the shop', () => {
  let stage: Stage;
  let close: () => Promise<void>;
  const commits: string[] = [];
  const page = (path = '/') => ask({ ...stage.production, path });
  beforeAll(async () => void ({ stage, close } = await openStand()));
  afterAll(async () => await close());

  it('is released for the first time: staging first, then, once approved, production', async () => {
    commits.push(changes.first(stage.shop));
    expect(await promote(stage, commits[0] ?? '')).toMatchObject({ status: 0 });
    expect(await page()).toBe('Today: bread (version 1)');
    expect(await page('/checkout')).toBe('Paid by live payments');
    expect(await ask(stage.staging)).toBe('Today: bread (version 1)');
  });

  it('is released again while requests come in, and none fails', async () => {
    const client = sendRequests(stage.production, 100);
    commits.push(changes.better(stage.shop));
    expect(await promote(stage, commits[1] ?? '')).toMatchObject({ status: 0 });
    const report = await client.stop();
    expect(report.failures).toEqual([]);
    expect(Object.keys(report.answers)).toEqual(['Today: bread (version 1)', 'Today: bread and butter (version 2)']);
  });

  it('comes back when a verification fails in production, and no request is lost on either way', async () => {
    const client = sendRequests(stage.production, 100);
    commits.push(changes.broken(stage.shop));
    const { status, said } = await promote(stage, commits[2] ?? '');
    const report = await client.stop();
    expect({ status, failures: report.failures }).toEqual({ status: 3, failures: [] });
    expect(said).toContain('no contract with the bank');
    expect(report.answers['Today: bread and butter (version 3)']).toBeGreaterThan(0);
    expect(await page()).toBe('Today: bread and butter (version 2)');
    expect(await page('/checkout')).toBe('Paid by live payments');
    expect(await ask(stage.staging)).toBe('Today: bread and butter (version 3)');
  });

  it('goes back to the first release by its record', async () => {
    const target = (commits[0] ?? '').slice(0, 10);
    const client = sendRequests(stage.production, 100);
    const ended = await stage.windlass.run('rollback', 'production', target, '--by', APPROVER, '--reason', 'no butter');
    expect(ended).toMatchObject({ status: 0 });
    expect((await client.stop()).failures).toEqual([]);
    expect(await page()).toBe('Today: bread (version 1)');
  });

  it('tells what is where, and everything that was decided', async () => {
    const ledger = await stage.windlass.read<LedgerEntry[]>('history', 'production');
    expect(ledger.filter(({ kind }) => kind === 'decision').map(({ by, what }) => `${by} ${what}`)).toEqual(
      Array(3).fill(`${APPROVER} approved`),
    );
    expect(ledger.find(({ undone }) => (undone?.length ?? 0) > 0)).toMatchObject({
      kind: 'rollout-ended',
      release: (commits[2] ?? '').slice(0, 10),
    });
    const status = await stage.windlass.read<{ environments: EnvironmentState[] }>('status');
    expect(status.environments.map(({ environment, current }) => `${environment} ${current?.release}`)).toEqual([
      `staging ${(commits[2] ?? '').slice(0, 10)}`,
      `production ${(commits[0] ?? '').slice(0, 10)}`,
    ]);
  });

  it('says so when the same release is started again', async () => {
    const ended = await stage.windlass.run('release', '--commit', commits[1] ?? '');
    expect(ended.status).toBe(0);
    expect(ended.stdout + ended.stderr).toMatch(/--again/);
  });
});
