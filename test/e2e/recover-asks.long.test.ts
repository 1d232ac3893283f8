import { connectRegistry } from '../../activities/drivers/registry/registry';
import { readHead } from '../../src/model/ledger/ledger';
import { parts } from '../setup/parts';
import { containersOf } from './test-bed';
import { withOwnTemporal } from './own-temporal';

/** As recover.test.ts, where ledger and hosts contradict each other. */
withOwnTemporal(({ bed, windlass, release, stateOf, observed, serves, loseTemporal, begin, first, version }) => {
  it('is asked where ledger and hosts contradict each other', async () => {
    await begin();
    const isBack = (await stateOf('production')).current?.release === first();
    if (!isBack)
      expect(await windlass('rollback', 'production', first(), '--reason', 'to try it')).toMatchObject({ status: 0 });
    const { ledger, current } = await stateOf('production');
    // Somebody removes that production went back: the ledger says that it is on what was before.
    const { digest } = readHead(ledger!);
    const repository = `${bed().app}/windlass`;
    const url = `http://${parts().registry.address}/v2/${repository}/manifests/${digest}`;
    expect((await fetch(url, { method: 'DELETE' })).status).toBe(202);
    const broken = await bed().windlass.run('history', '--verify');
    expect(broken).toMatchObject({ status: 1, stdout: expect.stringContaining(`missing: ${readHead(ledger!).tag}`) });
    expect(await observed()).toContain('ledger: missing: ledger-');

    const before = await containersOf(bed());
    await loseTemporal();
    expect(await windlass('recover', '--current', 'production')).toMatchObject({ status: 2 });
    const asked = await windlass('recover', '--yes');
    expect(asked.status).toBe(2);
    expect(asked.said).toContain('--current production=RELEASE');
    expect(await windlass('recover', '--yes', '--current', 'production=nothing')).toMatchObject({ status: 2 });
    const said = ['--current', `production=${current!.release}`];
    expect(await windlass('recover', '--yes', ...said)).toMatchObject({ status: 0 });
    expect((await stateOf('production')).current!.release).toBe(first());
    expect(await containersOf(bed())).toEqual(before);
    expect(await serves('probe')).toBe('version 1');
    await release();
    expect(await serves('probe')).toBe(`version ${version()}`);
    expect((await connectRegistry(parts().registry.address).listTags(repository)).length).toBeGreaterThan(10);
  });
});
