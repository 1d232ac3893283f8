import { setTimeout as pause } from 'node:timers/promises';
import { ask, sendRequests } from '../../../lab/traffic/client';
import { changes } from '../../../lab/shop';
import type { TestBed } from '../../../lab/test-bed';
import type { EnvironmentState } from '../../../src/model/environment/environment';
import type { LedgerEntry } from '../../../src/model/ledger/ledger';
import { clientOf } from '../../../parts/server/engine-client';
import { describeWith, parts } from '../../setup/parts';
import { APPROVER, openTestBed, promote, serving } from '../test-bed';

/** The acts of the demo through the installed program, each from what it begins with. */
describeWith(['temporal', 'engine', 'registry', 'compose', 'images', 'node'], 'the shop', () => {
  let bed: TestBed;
  let close: () => Promise<void>;
  let [first, better, broken] = ['', '', ''];
  const page = (path = '/') => ask({ ...bed.production, path });
  const id = (commit: string) => commit.slice(0, 10);
  beforeAll(async () => {
    ({ bed, close } = await openTestBed());
    first = changes.first(bed.shop);
    better = changes.better(bed.shop);
    broken = changes.broken(bed.shop);
  });
  afterAll(async () => await close());

  it('is released for the first time: staging first, then, once approved, production', async () => {
    expect(await promote(bed, first)).toMatchObject({ status: 0 });
    expect(await page()).toBe('Today: bread (version 1)');
    expect(await page('/checkout')).toBe('Paid by live payments');
    expect(await ask(bed.staging)).toBe('Today: bread (version 1)');
  });

  it('is released again while requests come in, and none fails; starting it once more says that it is done', async () => {
    await serving(bed, first);
    const client = sendRequests(bed.production, 100);
    expect(await promote(bed, better)).toMatchObject({ status: 0 });
    const report = await client.stop();
    expect(report.failures).toEqual([]);
    expect(Object.keys(report.answers)).toEqual(['Today: bread (version 1)', 'Today: bread and butter (version 2)']);
    const again = await bed.windlass.run('release', '--commit', better);
    expect(again.status).toBe(0);
    expect(again.stdout + again.stderr).toMatch(/--again/);
  });

  it('loses no request of an application whose store stands still for longer than Node keeps an idle connection', async () => {
    await serving(bed, first);
    const store = clientOf(parts().engine.host).getContainer(`${bed.installation}-${bed.app}-production-store`);
    const client = sendRequests(bed.production, 50);
    await pause(1_000);
    await store.pause();
    await pause(6_000);
    await store.unpause();
    await pause(1_000);
    expect((await client.stop()).failures).toEqual([]);
  });

  it('comes back when a verification fails in production, and no request is lost on either way', async () => {
    await serving(bed, better);
    const client = sendRequests(bed.production, 100);
    const { status, said } = await promote(bed, broken);
    const report = await client.stop();
    expect({ status, failures: report.failures }).toEqual({ status: 3, failures: [] });
    expect(said).toContain('no contract with the bank');
    expect(report.answers['Today: bread and butter (version 3)']).toBeGreaterThan(0);
    expect(await page()).toBe('Today: bread and butter (version 2)');
    expect(await page('/checkout')).toBe('Paid by live payments');
    expect(await ask(bed.staging)).toBe('Today: bread and butter (version 3)');
    const ledger = await bed.windlass.read<LedgerEntry[]>('history', 'production');
    expect(ledger.find(({ kind }) => kind === 'rollout-ended')).toMatchObject({
      release: id(broken),
      undone: expect.arrayContaining([expect.anything()]),
    });
  });

  it('goes back to an earlier release by its record, and tells what is where and who decided', async () => {
    await serving(bed, first);
    await serving(bed, better);
    const client = sendRequests(bed.production, 100);
    const ended = await bed.windlass.run(
      'rollback',
      'production',
      id(first),
      '--by',
      APPROVER,
      '--reason',
      'no butter',
    );
    expect(ended).toMatchObject({ status: 0 });
    expect((await client.stop()).failures).toEqual([]);
    expect(await page()).toBe('Today: bread (version 1)');
    const ledger = await bed.windlass.read<LedgerEntry[]>('history', 'production');
    const decided = ledger.filter(({ kind, release }) => kind === 'decision' && release === id(first));
    expect(decided.map(({ by, what }) => `${by} ${what}`)).toEqual([`${APPROVER} approved`]);
    const { environments } = await bed.windlass.read<{ environments: EnvironmentState[] }>('status');
    expect(environments.map(({ environment }) => environment)).toEqual(['staging', 'production']);
    expect(environments[1]?.current?.release).toBe(id(first));
  });
});
