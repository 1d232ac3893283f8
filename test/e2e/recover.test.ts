import { clientOf } from '../../parts/server/engine-client';
import { parts } from '../setup/parts';
import { containersOf } from './test-bed';
import { withOwnTemporal } from './own-temporal';

/** Temporal’s data is lost, and registry and hosts tell it again. */
withOwnTemporal(
  ({ bed, windlass, release, stateOf, observed, verify, serves, loseTemporal, begin, first, second, version }) => {
    it('is tied to the ledger: what runs and each environment remember its head', async () => {
      await begin();
      const { ledger } = await stateOf('production');
      expect(ledger).toMatch(/^ledger-\d{8}T\d{9}Z-[0-9a-f]{12}_production@sha256:[0-9a-f]{64}$/);
      const filters = { label: [`${bed().installation}.app=${bed().app}`, `${bed().installation}.role=instance`] };
      const instances = await clientOf(parts().engine.host).listContainers({ filters });
      const heads = instances.map(({ Labels }) => Labels[`${bed().installation}.ledger`]);
      expect(heads.length).toBeGreaterThan(0);
      for (const head of heads) expect(head).toMatch(/^ledger-/);
      expect(await verify()).toMatchObject({ unsigned: 0, breaks: [], keys: [expect.stringMatching(/^ssh-ed25519 /)] });
      expect(await observed()).toContain('matches the record');
    });

    it('is rebuilt from registry and hosts when its data is lost; nothing that runs is touched, and all goes on', async () => {
      await begin();
      expect(await windlass('freeze', 'staging', '--reason', 'holidays')).toMatchObject({ status: 0 });
      const [before, states] = [await containersOf(bed()), [await stateOf('production'), await stateOf('staging')]];
      await loseTemporal();
      expect((await stateOf('production')).current).toBeUndefined();

      const unasked = await windlass('recover');
      expect(unasked).toMatchObject({ status: 2, said: expect.stringContaining('--yes') });
      expect(unasked.said).toMatch(new RegExp(`production +${second()} .* ${first()}`));
      const recovered = await windlass('recover', bed().app, '--yes', '--reason', 'the disk is gone');
      expect(recovered).toMatchObject({ status: 0, said: expect.stringContaining(`production is on ${second()}`) });
      expect(await containersOf(bed())).toEqual(before);
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
      expect(await serves('probe')).toBe(`version ${version()}`);
      expect(await windlass('rollback', 'production', first(), '--reason', 'to try it')).toMatchObject({ status: 0 });
      expect(await serves('probe')).toBe('version 1');
      expect(await serves('staging')).toBe(`version ${version()}`);
      expect((await stateOf('production')).committed.map((one) => one.release)).toEqual([first(), third, second()]);
      expect(await verify()).toMatchObject({ breaks: [] });
    });
  },
);
