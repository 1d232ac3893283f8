import { ask, sendRequests } from '../../../lab/traffic/client';
import type { Ended } from '../../../lab/windlass';
import type { CheckReport } from '../../../src/model/inspection';
import type { LedgerEntry } from '../../../src/model/ledger/ledger';
import { describeWith } from '../../setup/parts';
import { type Composed, Guestbook } from './guestbook';
import { until } from '../test-bed';

/** Each is a connection to the database, too. */
const PER_SECOND = 10;

/** A project that runs by docker compose is taken over as it runs, with one unchanged compose file. */
describeWith(
  ['temporal', 'engine', 'registry', 'compose', 'images', 'node', 'postgres'],
  'a compose project that runs',
  () => {
    let guestbook: Guestbook;
    let before: Composed[];
    let failed: string;
    let first: string;
    let title = 0;

    const page = () => ask({ address: guestbook.address, host: 'guestbook.localhost' });
    const windlass = (...args: string[]) => guestbook.windlass.run(...args);
    const release = (commit: string) => windlass('release', '--commit', commit, '--by', 'ci@example.com');
    const name = (service: string) => `${guestbook.app}-${service}-1`;
    const idBefore = (service: string) => before.find((one) => one.name === name(service))!.id;
    const succeeds = async (run: Promise<Ended>) => {
      const { status, stdout, stderr } = await run;
      expect({ status, said: status === 0 ? '' : stdout + stderr }).toEqual({ status: 0, said: '' });
      return stdout;
    };
    /** The entries of the page, without its title. */
    const entries = async () => (await page()).split('\n').slice(1);

    /** What some tests begin from: docker compose runs the project, as it did before windlass. */
    async function composeRuns(): Promise<void> {
      if ((await guestbook.own()).length > 0) await succeeds(windlass('eject', 'production', '--start', '--yes'));
      await until(async () => (await entries()).length > 0);
    }
    /** What the others begin from: windlass has taken it over. */
    async function isTakenOver(): Promise<void> {
      if ((await guestbook.own()).length === 0) await succeeds(release(nextTitle()));
    }
    function nextTitle(): string {
      guestbook.repository.edit('.env', /^TITLE=.*$/m, `TITLE=Title ${(title += 1)}`);
      return guestbook.repository.commit(`Title ${title}`);
    }

    beforeAll(async () => {
      guestbook = await Guestbook.open();
      await guestbook.compose('up', '--build', '--detach', '--wait');
      await guestbook.write('written before windlass');
      before = await guestbook.composed();
      guestbook.repository.edit('windlass.yaml', 'body: entries', 'body: nothing of the kind');
      failed = guestbook.repository.commit('Expect what is not there');
      guestbook.repository.edit('windlass.yaml', 'body: nothing of the kind', 'body: entries');
      guestbook.repository.edit('.env', 'BASE=', 'TITLE=Title 0\nBASE=');
      first = guestbook.repository.commit('Be released');
    });
    afterAll(async () => await guestbook?.close());

    it('is found by check, which says what becomes of it', async () => {
      await composeRuns();
      const report = await guestbook.windlass.read<CheckReport>('check', '--commit', failed);
      expect(report.problems).toEqual([]);
      const said = report.hosts.flatMap(({ composed }) => composed).join('\n');
      expect(said).toContain(`${name('db')} (db) of the compose project ${guestbook.app} is adopted unchanged`);
      expect(said).toContain(
        `${name('app')} (app) of the compose project ${guestbook.app} is stopped at the switch and kept`,
      );
      expect(said).toMatch(/OUTAGE of some seconds: port \d+ passes from/);
    });

    it('runs as before when its first release fails, whose plan says what is taken over, and that it is an outage', async () => {
      await composeRuns();
      const [composed, seen] = [await guestbook.composed(), await page()];
      const { status, stdout, stderr } = await release(failed);
      expect({ status, said: status === 3 ? '' : stdout + stderr }).toEqual({ status: 3, said: '' });
      expect(stdout).toContain('nothing of the kind');
      expect(await guestbook.composed()).toEqual(composed);
      expect(await guestbook.own()).toEqual([]);
      await until(async () => (await page()) === seen);
      const plan = (await windlass('plan', 'production', failed.slice(0, 10))).stdout;
      expect(plan).toContain(`start accessory db (adopts ${name('db')}) on local`);
      expect(plan).toMatch(new RegExp(`stop ${name('app')} on local.*undo: start ${name('app')} on local`));
      expect(plan).toMatch(/! OUTAGE of some seconds: port \d+ passes from .*-app-1 \(app\) to the proxy/);
    });

    it('is taken over: the database as it is, with its rows; the port passes to the proxy in seconds', async () => {
      await composeRuns();
      const rows = await entries();
      const load = sendRequests({ address: guestbook.address, host: 'guestbook.localhost' }, PER_SECOND);
      await succeeds(release(first));
      const report = await load.stop();
      expect(await page()).toContain('Title 0');
      expect(await entries()).toEqual(rows);
      expect(await guestbook.one('db')).toMatchObject({ id: idBefore('db'), state: 'running' });
      expect(await guestbook.one('app')).toMatchObject({ id: idBefore('app'), state: 'exited', restart: 'no' });
      expect(await guestbook.own()).toEqual([expect.stringMatching(/-app$/), expect.stringMatching(/-app-before-0$/)]);
      // What failed is how long nobody listened.
      const outage = report.failed / PER_SECOND;
      console.log(`taking over: ${report.failed} of ${report.sent} requests failed, ${outage} s at ${PER_SECOND}/s`);
      expect(report.failed).toBeLessThan(report.sent);
      expect(Object.keys(report.answers)).toHaveLength(2);
    });

    it('goes on being released like any other, and goes back, and the rows stay', async () => {
      await isTakenOver();
      await guestbook.write('written under windlass');
      const [seen, rows] = [await page(), await entries()];
      const load = sendRequests({ address: guestbook.address, host: 'guestbook.localhost' }, PER_SECOND);
      await succeeds(release(nextTitle()));
      expect((await load.stop()).failures).toEqual([]);
      expect(await page()).toContain(`Title ${title}`);
      expect(await entries()).toEqual(rows);
      const drift = await guestbook.windlass.read<{ drift: string[] }[]>('status', 'production', '--observed');
      expect(drift[0]!.drift).toEqual([]);
      await succeeds(windlass('rollback', 'production', '--by', 'ops@example.com', '--reason', 'too soon'));
      expect(await page()).toBe(seen);
      expect((await guestbook.one('db'))!.id).toBe(idBefore('db'));
    });

    it('leaves windlass again: what windlass made goes, what compose made stays, and takes over with the rows', async () => {
      await isTakenOver();
      const rows = await entries();
      const eject = ['eject', 'production', '--reason', 'only tried', '--by', 'ops@example.com'];
      expect(await windlass(...eject)).toMatchObject({
        status: 2,
        stderr: expect.stringContaining('OUTAGE: production is down from the switch'),
      });
      expect(await succeeds(windlass(...eject, '--yes'))).toContain(
        `docker compose -p ${guestbook.app} -f docker-compose.yml up -d`,
      );
      expect(await guestbook.own()).toEqual([]);
      expect((await guestbook.composed()).map(({ id, restart }) => ({ id, restart }))).toEqual(
        before.map(({ id, restart }) => ({ id, restart })),
      );
      expect(await guestbook.one('db')).toEqual(before.find((one) => one.name === name('db')));
      const kinds = (await guestbook.windlass.read<LedgerEntry[]>('history', 'production')).map(({ kind }) => kind);
      expect(kinds.slice(0, 2)).toEqual(['rollout-ended', 'eject-requested']);
      expect((await windlass('status', 'production')).stdout).toContain('nothing released yet');

      await guestbook.compose('--project-name', guestbook.app, '-f', 'docker-compose.yml', 'up', '--detach', '--wait');
      expect(await entries()).toEqual(rows);
      expect((await guestbook.one('db'))!.id).toBe(idBefore('db'));
    });

    it('is taken over again, and what compose ran is started again when that is asked for', async () => {
      await composeRuns();
      const [composed, rows] = [await guestbook.composed(), await entries()];
      await succeeds(release(nextTitle()));
      expect(await page()).toContain(`Title ${title}`);
      await succeeds(windlass('eject', 'production', '--start', '--yes'));
      expect(await guestbook.composed()).toEqual(composed);
      expect(await guestbook.own()).toEqual([]);
      await until(async () => (await entries()).join() === rows.join());
    });
  },
);
