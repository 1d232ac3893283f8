import { randomUUID } from 'node:crypto';
import type { WorkflowBundleOption } from '@temporalio/worker';
import { describeWith } from '../setup/parts';
import { twoEnvironments, Simulation } from './simulation';
import { barrier, bundle, failure, TestBed, until } from './test-bed';

const ANA = 'ana@example.com';
const CI = 'ci@example.com';
const CARL = 'carl@example.com';

describeWith(['temporal'], 'the gate of the current release', () => {
  let code: WorkflowBundleOption;
  beforeAll(async () => void (code = await bundle()));

  it('holds a release that drops its own, and one that names other people', async () => {
    const environments = twoEnvironments();
    const production = environments[1]!;
    await TestBed.run(
      code,
      async (bed) => {
        expect(await bed.releaseAll('aaa')).toMatchObject({ status: 'done' });
        const { approval } = production;
        production.approval = undefined;
        const dropping = await bed.release('bbb');
        const asked = await bed.untilWaiting(dropping, 'approval');
        expect(asked.policy.from).toContain(ANA);
        expect(asked.summary.warnings).toEqual([
          expect.stringMatching(/^the gate changes: approval by 1 of .* → no approval/),
        ]);
        production.approval = { ...approval!, from: [CARL] };
        await bed.approve(dropping);
        expect(await dropping.result()).toMatchObject({ status: 'done' });
        // The release that is current now asks nobody, so its successor brings its own gate alone.
        const naming = await bed.release('ccc');
        expect((await bed.untilWaiting(naming, 'approval')).also).toBeUndefined();
        await bed.approve(naming, { by: CARL });
        expect(await naming.result()).toMatchObject({ status: 'done' });
        production.approval = approval;
        const both = await bed.release('ddd');
        expect((await bed.untilWaiting(both, 'approval')).also).toMatchObject([{ from: [CARL] }]);
        await bed.approve(both);
        expect((await bed.progress(both)).status).toBe('running');
        await bed.approve(both, { by: CARL });
        expect(await both.result()).toMatchObject({ status: 'done' });
      },
      new Simulation(environments),
    );
  });

  it('is not passed by a signal, by a rollback to what never ran, nor by a rollout started by hand', async () =>
    await TestBed.run(code, async (bed) => {
      expect(await bed.releaseAll('aaa')).toMatchObject({ status: 'done' });
      const waiting = await bed.release('bbb');
      await bed.untilWaiting(waiting, 'approval');
      const { record } = await bed.progress(waiting);
      const request = { record, by: 'eve', requester: waiting.workflowId };
      const ended = async () => (await bed.state('production')).lastOutcome?.what;
      const production = bed.environment('production');
      await production.signal('requestRollout', { ...request, id: randomUUID(), kind: 'release' });
      await until(async () => (/needs a new approval/.test((await ended()) ?? '') ? true : undefined));
      await production.signal('requestRollout', { ...request, id: randomUUID(), kind: 'rollback' });
      await until(async () => (/never ran bbb/.test((await ended()) ?? '') ? true : undefined));
      await production.signal('requestRollout', { ...request, id: randomUUID(), kind: 'restore' });
      const { current, counter, app } = await bed.state('production');
      const input = {
        app,
        environment: 'production',
        counter,
        keep: [],
        ran: {},
        request: { ...request, id: randomUUID(), kind: 'restore' },
      };
      const byHand = await bed.server.client.workflow.start('rollout', {
        workflowId: `rollout/${app}/production`,
        taskQueue: bed.app,
        args: [input],
      });
      expect(await byHand.result()).toMatchObject({ status: 'refused' });
      expect((await bed.state('production')).current).toEqual(current);
      expect(bed.simulation.runningIn('production')).toEqual(['aaa: jobs web']);
      await bed.approve(waiting, { decision: 'reject', reason: 'no' });
      expect(await failure(waiting.result())).toMatch(/^rejected: /);
    }));
});

describeWith(['temporal'], 'an environment has one repository', () => {
  it('of two that release the first time at once, with the same app:, one has it and the other is refused', async () => {
    const simulation = new Simulation(twoEnvironments(60_000, { approval: undefined }));
    await TestBed.run(
      await bundle(),
      async (bed) => {
        // Both have read their commits, and know of nothing that runs, before either asks for a rollout.
        const bothBuilt = barrier();
        let built = 0;
        simulation.hook = async (words, signal) => {
          if (words !== 'build web') return;
          if (++built === 2) bothBuilt.open();
          await bothBuilt.wait(signal);
        };
        const handles = [await bed.release('aaa', CI, '/srv/a'), await bed.release('bbb', CI, '/srv/b')];
        const results = await Promise.all(handles.map((handle) => failure(handle.result())));
        const won = results.indexOf('succeeded');
        const [winner, loser] = won === 0 ? ['aaa', 'bbb'] : ['bbb', 'aaa'];
        const [theirs, other] = won === 0 ? ['/srv/a', '/srv/b'] : ['/srv/b', '/srv/a'];
        expect(results[won]).toBe('succeeded');
        expect(results[1 - won]).toMatch(
          `the repository is ${other}, but ${winner} in staging came from ${theirs}. If two applications have the same app:, rename one.`,
        );
        for (const name of ['staging', 'production']) {
          expect((await bed.state(name)).current?.release).toBe(winner);
          expect(simulation.runningIn(name)).toEqual([`${winner}: jobs web`]);
        }
        expect(simulation.log.filter((words) => words.includes(` ${loser} `))).toEqual([]);
      },
      simulation,
    );
  });
});
