import { randomUUID } from 'node:crypto';
import type { WorkflowBundleOption } from '@temporalio/worker';
import { permanent } from '../../activities/drivers/errors';
import type { Strategy } from '../../src/manifest/kinds';
import { shortHash } from '../../src/model/approval/plan-hash';
import type { ReleaseProgress } from '../../src/model/environment/progress';
import { describeWith } from '../setup/parts';
import { barrier, bundle, failure, TestBed, refusal, until } from './test-bed';
import { twoEnvironments, Simulation } from './simulation';

describeWith(['temporal'], 'a release', () => {
  let code: WorkflowBundleOption;
  beforeAll(async () => void (code = await bundle()));

  it('goes through staging, waits for approval, and is promoted', async () =>
    await TestBed.run(code, async (h) => {
      const report = await h.releaseAll('aaa');
      await h.keep('finished', h.handle('aaa'));
      expect(report.status).toBe('done');
      expect(report.stages.map(({ name, state }) => `${name} ${state}`)).toEqual(
        ['source', 'build', 'push', 'record', 'staging', 'approve production', 'production'].map(
          (name) => `${name} done`,
        ),
      );
      expect(h.simulation.runningIn('production')).toEqual(['aaa: jobs web']);
      expect((await h.state('production')).current?.release).toBe('aaa');
      expect(h.simulation.ledger.map(({ kind, environment }) => [kind, environment].filter(Boolean).join(' '))).toEqual(
        [
          'release-started',
          'rollout-ended staging',
          'decision production',
          'rollout-ended production',
          'release-ended',
        ],
      );
    }));

  it('moves on to the next release and retires the old one', async () =>
    await TestBed.run(code, async (h) => {
      await h.releaseAll('aaa');
      await h.releaseAll('bbb');
      expect(h.simulation.runningIn('production')).toEqual(['bbb: jobs web']);
      expect(h.simulation.routedTo('production')).toBe('bbb');
      expect((await h.state('production')).committed.map(({ release }) => release)).toEqual(['bbb', 'aaa']);
    }));

  it.each<Strategy>([
    { kind: 'rolling', batch: 1, of: 'instances', pause: 50 },
    { kind: 'canary', steps: [{ weight: 20, soak: 50 }] },
    { kind: 'recreate' },
  ])(
    'moves on by $kind',
    async (strategy) =>
      await TestBed.run(
        code,
        async (h) => {
          await h.releaseAll('aaa');
          await h.releaseAll('bbb');
          await h.keep(strategy.kind, h.handle('bbb'));
          expect([h.simulation.runningIn('production'), h.simulation.routedTo('production')]).toEqual([
            ['bbb: jobs web'],
            'bbb',
          ]);
        },
        new Simulation(twoEnvironments(60_000, { strategy })),
      ),
  );

  it('comes back when a verification fails in the soak, and staging keeps what was verified there', async () =>
    await TestBed.run(code, async (h) => {
      await h.releaseAll('aaa');
      h.simulation.hook = (words) => {
        if (words === 'production: watch instances on local')
          throw permanent({ kind: 'unhealthy', message: 'web is unhealthy', lastLines: ['boom'] });
      };
      const handle = await h.release('bbb');
      await h.approve(handle);
      expect(await failure(handle.result())).toBe('failed: web is unhealthy');
      await h.keep('failed', handle);
      const report: ReleaseProgress = await h.progress(handle);
      expect(report).toMatchObject({ status: 'failed', failure: { lastLines: ['boom'] } });
      expect(h.simulation.runningIn('production')).toEqual(['aaa: jobs web']);
      expect(h.simulation.routedTo('production')).toBe('aaa');
      expect(h.simulation.runningIn('staging')).toEqual(['bbb: jobs web']);
      expect(h.simulation.log.slice(-6)).toEqual([
        'production: watch instances on local',
        'production: switch routes to aaa on local',
        'production: remove jobs bbb on local',
        'production: start jobs aaa on local',
        'production: remove web bbb on local',
        'production: remove networks of bbb on local',
      ]);
      const entry = h.simulation.ledger.findLast(({ kind }) => kind === 'rollout-ended');
      expect(entry).toMatchObject({ what: 'back on aaa: web is unhealthy' });
      expect(entry?.undone).toHaveLength(5);
    }));

  it('fails with all words of a build that fails, and touches nothing', async () =>
    await TestBed.run(code, async (h) => {
      h.simulation.hook = (words) => {
        if (words === 'build web')
          throw permanent({ kind: 'build-failed', message: 'the build of web failed', lastLines: ['RUN false'] });
      };
      const handle = await h.release('aaa');
      expect(await failure(handle.result())).toBe('failed: the build of web failed');
      expect(h.simulation.log).toEqual([]);
    }));

  it('decides only by who may, on the plan that is asked for, and counts a decision once', async () =>
    await TestBed.run(code, async (h) => {
      const handle = await h.release('aaa');
      expect(await refusal(h.approve(handle, { by: 'eve@example.com' }))).toMatch(
        'eve@example.com may not decide about production',
      );
      expect(await refusal(h.approve(handle, { by: 'ci@example.com' }))).toMatch(
        'ci@example.com started this release and may not approve it',
      );
      expect(await refusal(h.approve(handle, { plan: 'other' }))).toMatch(
        /the pending plan is \w+, but the decision is about other/,
      );
      expect(await refusal(h.approve(handle, { environment: 'staging' }))).toMatch(
        'waiting for a decision about production, not staging',
      );
      expect(h.simulation.ledger.filter(({ kind }) => kind === 'decision')).toEqual([]);
      const once = await h.approve(handle, { id: 'same' });
      expect(once).toMatch('ana@example.com: approve production');
      await handle.result();
      expect(h.simulation.ledger.filter(({ kind }) => kind === 'decision')).toHaveLength(1);
    }));

  it('refuses an approval when an instance was replaced by hand, with both hashes and the difference', async () =>
    await TestBed.run(code, async (h) => {
      await h.releaseAll('aaa');
      const handle = await h.release('bbb');
      const { plan: asked } = await h.untilWaiting(handle, 'approval');
      h.simulation.container('production', 'aaa', 'web').id = 'by-hand';
      const said = await refusal(h.approve(handle));
      const { plan: now } = await h.untilWaiting(handle, 'approval');
      expect(now).not.toBe(asked);
      expect(said).toMatch(`the plan has changed from ${shortHash(asked)} to ${shortHash(now)}`);
      expect(said).toMatch('is: local: windlass-shop-production-aaa-web by-hand');
      await h.approve(handle, { plan: shortHash(now) });
      await handle.result();
      expect(h.simulation.runningIn('production')).toEqual(['bbb: jobs web']);
    }));

  it('takes a decision as a plain signal too, and shows there why it was refused', async () =>
    await TestBed.run(code, async (h) => {
      const handle = await h.release('aaa');
      const { plan } = await h.untilWaiting(handle, 'approval');
      const decision = {
        environment: 'production',
        plan,
        decision: 'approve',
        by: 'ana@example.com',
        reason: '',
        id: 'one',
      };
      await handle.signal('decision', { ...decision, by: 'eve@example.com' });
      await handle.signal('decision', decision);
      await handle.signal('decision', decision);
      expect((await handle.result()).status).toBe('done');
      expect(h.simulation.ledger.filter(({ kind }) => kind === 'decision')).toHaveLength(1);
    }));

  it('ends as rejected, with the reason', async () =>
    await TestBed.run(code, async (h) => {
      const handle = await h.release('aaa');
      await h.approve(handle, { decision: 'reject', reason: 'not on a Friday' });
      expect(await failure(handle.result())).toBe('rejected: ana@example.com rejected production: not on a Friday');
      await h.keep('rejected', handle, 'staging');
      expect(h.simulation.runningIn('production')).toEqual([]);
      expect(
        await refusal(
          h.server.client.workflow
            .getHandle(handle.workflowId)
            .executeUpdate('cancelRelease', { args: [{ by: 'x', reason: 'y' }] }),
        ),
      ).toMatch(/already completed/);
    }));

  it('ends as rejected when nobody decides in time', async () =>
    await TestBed.run(
      code,
      async (h) => {
        const handle = await h.release('aaa');
        expect(await failure(handle.result())).toBe('rejected: nobody decided about production in time');
      },
      new Simulation(twoEnvironments(500)),
    ));

  it.each(['update', 'Temporal'] as const)(
    'is cancelled by %s in the middle of a switch, and ends when all is undone',
    async (way) =>
      await TestBed.run(code, async (h) => {
        await h.releaseAll('aaa');
        const stuck = barrier();
        h.simulation.hook = (words, signal) =>
          words === 'production: switch routes to bbb on local' ? stuck.wait(signal) : undefined;
        const handle = await h.release('bbb');
        await h.approve(handle);
        await stuck.reached;
        if (way === 'update')
          await handle.executeUpdate('cancelRelease', { args: [{ by: 'ana@example.com', reason: 'wrong one' }] });
        else await handle.cancel();
        expect(await failure(handle.result())).toMatch(
          way === 'update'
            ? 'cancelled: ana@example.com cancelled the release: wrong one'
            : 'cancelled: the release was cancelled in Temporal',
        );
        await h.keep('cancelled', handle);
        expect(h.simulation.runningIn('production')).toEqual(['aaa: jobs web']);
        expect(h.simulation.routedTo('production')).toBe('aaa');
      }),
  );

  it('is cancelled while it waits for approval', async () =>
    await TestBed.run(code, async (h) => {
      const handle = await h.release('aaa');
      await h.untilWaiting(handle, 'approval');
      await h.keep('waiting', handle, 'staging');
      await handle.executeUpdate('cancelRelease', { args: [{ by: 'ana@example.com', reason: 'no' }] });
      expect(await failure(handle.result())).toBe('cancelled: cancelled by ana@example.com: no');
    }));

  it('asks an operator when an undo fails, and ends as the answer says', async () =>
    await TestBed.run(code, async (h) => {
      await h.releaseAll('aaa');
      let broken = true;
      h.simulation.hook = (words) => {
        if (words === 'production: watch instances on local')
          throw permanent({ kind: 'unhealthy', message: 'web is unhealthy' });
        if (words === 'production: switch routes to aaa on local' && broken)
          throw permanent({ kind: 'proxy-gone', message: 'the proxy is gone' });
      };
      const handle = await h.release('bbb');
      await h.approve(handle);
      expect((await h.untilWaiting(handle, 'operator')).question).toMatchObject({
        step: 'switch: switch routes to bbb on local',
        failure: { message: 'the proxy is gone' },
      });
      const { question } = await h.rolloutProgress('production');
      expect(Object.keys(question?.answers ?? {})).toEqual(['retry', 'skip']);
      const resolve = async (answer: string) =>
        await h.rollout('production').executeUpdate('resolve', {
          args: [{ step: question?.step, answer, by: 'ana@example.com', reason: 'mended' }],
        });
      expect(await refusal(resolve('rollback'))).toBe(
        'rollback: is not an answer to this question. Expected retry or skip',
      );
      broken = false;
      await resolve('retry');
      expect(await failure(handle.result())).toBe('failed: web is unhealthy');
      await h.keep('stuck', handle);
      expect(h.simulation.routedTo('production')).toBe('aaa');
    }));
});

describeWith(['temporal'], 'an environment', () => {
  let code: WorkflowBundleOption;
  beforeAll(async () => void (code = await bundle()));

  const rollback = async (h: TestBed, release?: string, by = 'ana@example.com') => {
    const args = [{ app: h.app, environment: 'production', release, by, reason: 'broken' }];
    const workflowId = `rollback/${h.app}/production/${randomUUID()}`;
    const handle = await h.server.client.workflow.start('rollback', { workflowId, taskQueue: h.app, args });
    const result: unknown = await handle.result();
    await h.keep('rollback', handle);
    return result;
  };

  it('goes back to an earlier release, and forth again', async () =>
    await TestBed.run(code, async (h) => {
      await h.releaseAll('aaa');
      await h.releaseAll('bbb');
      expect(await rollback(h)).toMatchObject({ status: 'done', release: 'aaa' });
      expect(h.simulation.runningIn('production')).toEqual(['aaa: jobs web']);
      expect(await rollback(h, 'bbb')).toMatchObject({ status: 'done', release: 'bbb' });
      expect(await failure(rollback(h, 'zzz'))).toBe(
        `Refused: ${h.app} production: cannot go back to zzz. Expected one of: aaa`,
      );
      expect(await failure(rollback(h, 'aaa', 'stranger@example.com'))).toMatch('stranger@example.com is not listed');
    }));

  it('is left alone by a rollback that is cancelled before it asked for anything', async () =>
    await TestBed.run(code, async (h) => {
      await h.releaseAll('aaa');
      await h.releaseAll('bbb');
      const stuck = barrier();
      h.simulation.hook = (words, signal) => (words === 'may ana@example.com?' ? stuck.wait(signal) : undefined);
      const args = [{ app: h.app, environment: 'production', by: 'ana@example.com', reason: 'broken' }];
      const workflowId = `rollback/${h.app}/production/${randomUUID()}`;
      const handle = await h.server.client.workflow.start('rollback', { workflowId, taskQueue: h.app, args });
      await stuck.reached;
      await handle.cancel();
      expect(await failure(handle.result())).toMatch('Workflow canceled');
      expect(h.simulation.runningIn('production')).toEqual(['bbb: jobs web']);
    }));

  it('ends a running rollout for a rollback, which unwinds first', async () =>
    await TestBed.run(code, async (h) => {
      await h.releaseAll('aaa');
      await h.releaseAll('bbb');
      const stuck = barrier();
      h.simulation.hook = (words, signal) =>
        words === 'production: watch instances on local' && h.simulation.routedTo('production') === 'ccc'
          ? stuck.wait(signal)
          : undefined;
      const handle = await h.release('ccc');
      await h.approve(handle);
      await stuck.reached;
      const [result] = await Promise.all([rollback(h, 'aaa'), failure(handle.result())]);
      expect(result).toMatchObject({ status: 'done', release: 'aaa' });
      expect((await h.progress(handle)).failure?.message).toBe('ana@example.com requested a rollback');
      expect(h.simulation.runningIn('production')).toEqual(['aaa: jobs web']);
    }));

  it('holds a rollout at the next safe point while it is frozen, and lets it go on', async () =>
    await TestBed.run(code, async (h) => {
      const stuck = barrier();
      h.simulation.hook = (words, signal) =>
        words === 'staging: start web aaa on local' ? stuck.wait(signal) : undefined;
      const handle = await h.release('aaa');
      await stuck.reached;
      await h.environment('staging').executeUpdate('freeze', { args: [{ by: 'ana@example.com', reason: 'sale' }] });
      stuck.open();
      await until(async () =>
        (await h.rolloutProgress('staging')).steps['prepare: start web aaa on local']?.state === 'done'
          ? true
          : undefined,
      );
      expect(await h.rolloutProgress('staging')).toMatchObject({ held: 'ana@example.com: sale' });
      expect(h.simulation.log).not.toContain('staging: switch routes to aaa on local');
      await h.environment('staging').executeUpdate('thaw', { args: [{ by: 'ana@example.com', reason: 'over' }] });
      await h.approve(handle);
      expect((await handle.result()).status).toBe('done');
      await h.keep('frozen', handle, 'staging');
    }));

  it('takes a terminated rollout back to the recorded release before anything else', async () =>
    await TestBed.run(code, async (h) => {
      await h.releaseAll('aaa');
      const stuck = barrier();
      h.simulation.hook = (words, signal) =>
        words === 'production: watch instances on local' && h.simulation.routedTo('production') === 'bbb'
          ? stuck.wait(signal)
          : undefined;
      const handle = await h.release('bbb');
      await h.approve(handle);
      await stuck.reached;
      await h.rollout('production').terminate('by hand');
      expect(await failure(handle.result())).toMatch('its rollout ended without an undo');
      await h.keep('interrupted', handle);
      expect(h.simulation.runningIn('production')).toEqual(['aaa: jobs web']);
      expect(h.simulation.routedTo('production')).toBe('aaa');
      expect(h.simulation.ledger.map(({ kind }) => kind)).toContain('interrupted');
      expect((await h.state('production')).interrupted).toBeUndefined();
    }));

  it('carries out one rollout at a time, in the order of the requests', async () =>
    await TestBed.run(code, async (h) => {
      const stuck = barrier();
      h.simulation.hook = (words, signal) =>
        words === 'staging: start web aaa on local' ? stuck.wait(signal) : undefined;
      const first = await h.release('aaa');
      await stuck.reached;
      const second = await h.release('bbb');
      expect((await h.untilWaiting(second, 'queue')).news.behind).toBe(1);
      stuck.open();
      await h.approve(first);
      await first.result();
      // planned while the first was on its way: such an approval is refused, and the new plan is asked for
      await until(() => h.approve(second).catch(() => undefined));
      await second.result();
      await h.keep('queued', second, 'staging');
      expect(h.simulation.runningIn('production')).toEqual(['bbb: jobs web']);
    }));
});
