import { ask, sendRequests } from '../../demo/client';
import type { CheckReport } from '../../activities/types';
import type { LedgerEntry } from '../../src/model/ledger';
import { describeWith } from '../setup/parts';
import { type Composed, Guestbook } from './guestbook';
import { until } from './stand';

/** Each is a connection to the database, too. */
const PER_SECOND = 10;

/** A project that runs by docker compose is taken over as it runs: act after act, with one unchanged compose file. */
describeWith(
  ['temporal', 'engine', 'registry', 'compose', 'images', 'node', 'postgres'],
  'a compose project that runs',
  () => {
    let guestbook: Guestbook;
    let before: Composed[];
    let failed: string;

    const page = () => ask({ address: guestbook.address, host: 'guestbook.localhost' });
    const windlass = (...args: string[]) => guestbook.windlass.run(...args);
    const release = (commit: string) => windlass('release', '--commit', commit, '--by', 'ci@example.com');
    const name = (service: string) => `${guestbook.app}-${service}-1`;

    beforeAll(async () => {
      guestbook = await Guestbook.open();
      await guestbook.compose('up', '--build', '--detach', '--wait');
      await guestbook.write('written before windlass');
      before = await guestbook.composed();
    });
    afterAll(async () => await guestbook?.close());

    it('is found by check, which says what becomes of it', async () => {
      expect(await page()).toBe('Guestbook, 1 entries\nwritten before windlass\n');
      guestbook.repository.edit('windlass.yaml', 'body: entries', 'body: nothing of the kind');
      failed = guestbook.repository.commit('Expect what is not there');
      const report = await guestbook.windlass.read<CheckReport>('check', '--commit', failed);
      expect(report.problems).toEqual([]);
      const said = report.hosts.flatMap(({ composed }) => composed).join('\n');
      expect(said).toContain(`${name('db')} (db) of the compose project ${guestbook.app} is adopted as it is`);
      expect(said).toContain(
        `${name('app')} (app) of the compose project ${guestbook.app} is stopped at the switch and kept`,
      );
      expect(said).toMatch(/OUTAGE: port \d+ passes from/);
    });

    it('runs as before when its first release fails', async () => {
      const { status, stdout, stderr } = await release(failed);
      expect({ status, said: status === 3 ? '' : stdout + stderr }).toEqual({ status: 3, said: '' });
      expect(stdout).toContain('nothing of the kind');
      expect(await guestbook.composed()).toEqual(before);
      expect(await guestbook.own()).toEqual([]);
      await until(async () => (await page()) === 'Guestbook, 1 entries\nwritten before windlass\n');
    });

    it('says in the plan what is taken over, and that it is an outage', async () => {
      const { stdout } = await windlass('plan', 'production', failed.slice(0, 10));
      expect(stdout).toContain(`start accessory db (adopts ${name('db')}) on local`);
      expect(stdout).toMatch(new RegExp(`stop ${name('app')} on local.*undo: start ${name('app')} on local`));
      expect(stdout).toMatch(/! OUTAGE: port \d+ passes from .*-app-1 \(app\) to the proxy/);
    });

    it('is taken over: the database as it is, with its rows; the port passes to the proxy in seconds', async () => {
      guestbook.repository.edit('windlass.yaml', 'body: nothing of the kind', 'body: entries');
      guestbook.repository.edit('.env', 'BASE=', 'TITLE=Windlass\nBASE=');
      const commit = guestbook.repository.commit('Be released');
      const load = sendRequests({ address: guestbook.address, host: 'guestbook.localhost' }, PER_SECOND);
      const { status, stdout, stderr } = await release(commit);
      const report = await load.stop();
      expect({ status, said: status === 0 ? '' : stdout + stderr }).toEqual({ status: 0, said: '' });
      expect(await page()).toBe('Windlass, 1 entries\nwritten before windlass\n');
      const [app, db] = [await guestbook.one('app'), await guestbook.one('db')];
      expect(db).toMatchObject({ id: before.find((one) => one.name === name('db'))!.id, state: 'running' });
      expect(app).toMatchObject({
        id: before.find((one) => one.name === name('app'))!.id,
        state: 'exited',
        restart: 'no',
      });
      expect(await guestbook.own()).toEqual([expect.stringMatching(/-app$/), expect.stringMatching(/-app-before-0$/)]);
      // What failed is how long nobody listened.
      const outage = report.failed / PER_SECOND;
      console.log(`taking over: ${report.failed} of ${report.sent} requests failed, ${outage} s at ${PER_SECOND}/s`);
      expect(outage).toBeLessThan(60);
      expect(Object.keys(report.answers)).toHaveLength(2);
    });

    it('goes on being released like any other', async () => {
      await guestbook.write('written under windlass');
      guestbook.repository.edit('.env', 'TITLE=Windlass', 'TITLE=Again');
      const load = sendRequests({ address: guestbook.address, host: 'guestbook.localhost' }, PER_SECOND);
      expect(await release(guestbook.repository.commit('Again'))).toMatchObject({ status: 0 });
      expect((await load.stop()).failures).toEqual([]);
      expect(await page()).toBe('Again, 2 entries\nwritten before windlass\nwritten under windlass\n');
      const drift = await guestbook.windlass.read<{ drift: string[] }[]>('status', 'production', '--observed');
      expect(drift[0]!.drift).toEqual([]);
    });

    it('goes back to the release before, and the rows stay', async () => {
      expect(await windlass('rollback', 'production', '--by', 'ops@example.com', '--reason', 'too soon')).toMatchObject(
        { status: 0 },
      );
      expect(await page()).toBe('Windlass, 2 entries\nwritten before windlass\nwritten under windlass\n');
      expect((await guestbook.one('db'))!.id).toBe(before.find((one) => one.name === name('db'))!.id);
    });

    it('leaves windlass again: what windlass made goes, what compose made stays, and takes over with the rows', async () => {
      const asked = await windlass('eject', 'production', '--reason', 'only tried', '--by', 'ops@example.com');
      expect(asked).toMatchObject({
        status: 2,
        stderr: expect.stringContaining('OUTAGE: nothing of production answers'),
      });
      const ejected = await windlass(
        'eject',
        'production',
        '--yes',
        '--reason',
        'only tried',
        '--by',
        'ops@example.com',
      );
      expect({ status: ejected.status, said: ejected.status === 0 ? '' : ejected.stdout + ejected.stderr }).toEqual({
        status: 0,
        said: '',
      });
      expect(ejected.stdout).toContain(`docker compose -p ${guestbook.app} -f docker-compose.yml up -d`);
      expect(await guestbook.own()).toEqual([]);
      expect((await guestbook.composed()).map(({ id, restart }) => ({ id, restart }))).toEqual(
        before.map(({ id, restart }) => ({ id, restart })),
      );
      expect(await guestbook.one('db')).toEqual(before.find((one) => one.name === name('db')));
      const kinds = (await guestbook.windlass.read<LedgerEntry[]>('history', 'production')).map(({ kind }) => kind);
      expect(kinds.slice(0, 2)).toEqual(['rollout-ended', 'eject-requested']);
      expect((await windlass('status', 'production')).stdout).toContain('nothing released yet');

      await guestbook.compose('--project-name', guestbook.app, '-f', 'docker-compose.yml', 'up', '--detach', '--wait');
      expect(await page()).toBe('Again, 2 entries\nwritten before windlass\nwritten under windlass\n');
      expect((await guestbook.one('db'))!.id).toBe(before.find((one) => one.name === name('db'))!.id);
    });

    it('is taken over again, and what compose ran is started again when that is asked for', async () => {
      before = await guestbook.composed();
      guestbook.repository.edit('.env', 'TITLE=Again', 'TITLE=Once more');
      expect(await release(guestbook.repository.commit('Once more'))).toMatchObject({ status: 0 });
      expect(await page()).toContain('Once more, 2 entries');
      expect(await windlass('eject', 'production', '--start', '--yes')).toMatchObject({ status: 0 });
      expect(await guestbook.composed()).toEqual(before);
      expect(await guestbook.own()).toEqual([]);
      await until(async () => (await page()).startsWith('Again, 2 entries'));
    });
  },
);
