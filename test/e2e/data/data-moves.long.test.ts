import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CheckReport } from '../../../src/model/inspection';
import { said, until } from '../test-bed';
import { withKeeper } from './keeper';

/** What keeps data is never lost and never written by two, whatever becomes of its name, its kind and its place. */
withKeeper(
  ({
    bed,
    rows,
    db,
    onData,
    big,
    commit,
    release,
    expectReleased,
    rollback,
    keepers,
    name,
    row,
    two,
    expectOne,
    named,
  }) => {
    it('a volume that gets a name is another one, there and back', async () => {
      await named();
      const renamed = commit(db(onData), { volumes: `{ data: { name: ${big()} } }` });
      expect(await release(renamed)).toMatchObject({ status: 3, said: expect.stringContaining('starts empty') });
      await expectReleased(renamed, '--accept-empty', 'db');
      rows['big'] = await row(name('db'));
      expect(rows['big']).not.toBe(rows['data']);
      expect(said(await rollback())).toContain('--accept-empty db');
      expect((await rollback('--accept-empty', 'db')).status).toBe(0);
      await expectOne(name('db'), rows['data']!);
    });

    it('an accessory that becomes a released service stops first, there and back', async () => {
      await named();
      const of = commit(db(onData), {
        manifest: 'services: { db: { accessory: false, volumes: { data: shared } } }\n',
      });
      await expectReleased(of);
      await expectOne(name(`${of.slice(0, 10)}-db`), rows['data']!);
      expect((await rollback()).status).toBe(0);
      await expectOne(name('db'), rows['data']!);
    });

    it('a release that is cancelled in the middle of a change of kind gives the data back, either way', async () => {
      const released = 'services: { db: { accessory: false, volumes: { data: shared } } }\n';
      const never = db(`${onData}, stop_grace_period: 1s`).replace(
        'test: [CMD, test, -f, /data/row]',
        'test: [CMD, test, -f, /data/never], start_period: 30m',
      );
      const cancelled = async (changing: string) => {
        const before = (await keepers()).join();
        const ended = release(changing);
        // The new one writes, and the old one has stopped: it is the middle.
        await until(async () => !['', before].includes((await keepers()).join()));
        const words = ['--reason', 'the wrong one', '--by', 'ci@example.com'];
        await bed().windlass.run('cancel', changing.slice(0, 10), ...words);
        expect((await ended).status).toBe(5);
        await expectOne(before, rows['data']!);
      };
      await named();
      await cancelled(commit(never, { manifest: released }));
      const of = commit(db(onData), { manifest: released });
      await expectReleased(of);
      await expectOne(name(`${of.slice(0, 10)}-db`), rows['data']!);
      await cancelled(commit(never));
      expect((await rollback()).status).toBe(0);
      await expectOne(name('db'), rows['data']!);
    });

    it('a folder of the host is data as a volume is', async () => {
      await named();
      const folder = mkdtempSync(join(tmpdir(), 'windlass-e2e-data-'));
      const service = db(`, volumes: ["${folder}:/data"]`, 'files');
      await expectReleased(commit(db(onData) + service));
      rows['files'] = await row(name('files'));
      await expectReleased(commit(db(onData) + service));
      expect(await keepers()).toEqual([name('db'), name('files')]);
      expect([await row(name('files')), await two(name('files'))]).toEqual([rows['files'], '']);
    });

    it('an environment that the manifest has no more is told', async () => {
      await named();
      const of = commit(db(onData), { environment: 'live' });
      const report = await bed().windlass.read<CheckReport>('check', '--commit', of);
      expect(JSON.stringify(report.hosts)).toContain(`environment production of ${bed().app} still runs here`);
    });
  },
);
