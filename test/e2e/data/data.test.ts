import type { CheckReport } from '../../../src/model/inspection';
import { said } from '../test-bed';
import { withKeeper } from './keeper';

/** What keeps data is never lost and never written by two, whatever becomes of its name, its kind and its place. */
withKeeper(
  ({
    bed,
    engine,
    rows,
    db,
    onData,
    sickly,
    commit,
    release,
    expectReleased,
    rollback,
    keepers,
    name,
    row,
    expectOne,
    declared,
    named,
  }) => {
    it('a volume that the image declares stays, release after release', async () => {
      await declared();
      const [volume] = (await engine().inspectContainer(name('db')))!.volumes;
      await expectReleased(commit(db()));
      await expectOne(name('db'), rows['nameless']!);
      // One that is recreated has it, too.
      await expectReleased(commit(db(', environment: { A: b }')));
      await expectOne(name('db'), rows['nameless']!);
      expect((await engine().inspectContainer(name('db')))!.volumes).toEqual([volume]);
    });

    it('another place for its data is refused until that is said, and then a warning', async () => {
      await declared();
      const moved = commit(db(onData));
      const refused = await release(moved);
      expect(refused).toMatchObject({ status: 3, said: expect.stringContaining('--accept-empty db') });
      await expectOne(name('db'), rows['nameless']!);
      await expectReleased(moved, '--accept-empty', 'db');
      rows['data'] = await row(name('db'));
      expect(rows['data']).not.toBe(rows['nameless']);
    });

    it('a service of another name has the data after the old one, there and back', async () => {
      await named();
      await expectReleased(commit(db(onData, 'database')));
      await expectOne(name('database'), rows['data']!);
      expect((await rollback()).status).toBe(0);
      await expectOne(name('db'), rows['data']!);
    });

    it('a release that fails gives the data back: another name, and another kind', async () => {
      await named();
      const sick = ', volumes: ["data:/data"], environment: { SICK: "yes" }, stop_grace_period: 1s';
      const renamed = 'services: { database: { healthyWithin: 10s } }\n';
      const released = 'services: { db: { accessory: false, volumes: { data: shared }, healthyWithin: 10s } }\n';
      for (const failing of [
        commit(sickly(sick, 'database'), { manifest: renamed }),
        commit(sickly(sick), { manifest: released }),
      ]) {
        expect(await release(failing)).toMatchObject({ status: 3 });
        await expectOne(name('db'), rows['data']!);
      }
    });

    it('what leaves the compose file is told until it is forgotten, and its data stays', async () => {
      await named();
      await expectReleased(commit(''));
      await expectOne(name('db'), rows['data']!);
      const status = async (...more: string[]) => said(await bed().windlass.run('status', ...more));
      for (const text of [await status(), await status('production', '--observed')])
        expect(text).toContain('windlass forget production db');
      const forgotten = await bed().windlass.run('forget', 'production', 'db', '--by', 'ops@example.com');
      expect(said(forgotten)).toContain(`db: its data stays in ${bed().app}-production_data of local`);
      expect({ status: forgotten.status, said: forgotten.status ? said(forgotten) : '' }).toEqual({
        status: 0,
        said: '',
      });
      expect(await keepers()).toEqual([]);
      expect(await engine().inspectVolume(`${bed().app}-production_data`)).toBeDefined();
      for (const text of [await status(), await status('production', '--observed')])
        expect(text).not.toContain('forget');
      await expectReleased(commit(db(onData)));
      await expectOne(name('db'), rows['data']!);
    });

    it('an external volume that is not there is refused by check and by release', async () => {
      const of = commit(db(onData), { volumes: '{ data: { external: true, name: nowhere-at-all } }' });
      const report = await bed().windlass.read<CheckReport>('check', '--commit', of);
      expect(JSON.stringify(report.hosts)).toContain('the volume nowhere-at-all is external, but missing on local');
      expect((await release(of)).said).toContain('the volume nowhere-at-all is external');
      expect(await engine().inspectVolume('nowhere-at-all')).toBeUndefined();
    });
  },
);
