import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import type { WorkflowBundleOption } from '@temporalio/worker';
import { permanent } from '../../activities/drivers/errors';
import type { Target } from '../../src/manifest/kinds';
import type { EnvironmentRecord } from '../../src/manifest/record/record';
import { describeWith } from '../setup/parts';
import { barrier, bundle, failure, TestBed, refusal, until } from './test-bed';
import { twoEnvironments, Simulation } from './simulation';

const OPS = 'ops@example.com';
const host = (name: string): Target => ({ kind: 'docker', name, address: name });
const production = (more: Partial<EnvironmentRecord>) => new Simulation(twoEnvironments(60_000, more));

/** The disk of a host is full until somebody makes room: what a person can mend. */
function fillDisk({ simulation }: TestBed, words: string): { mend: () => void } {
  let full = true;
  simulation.hook = (now) => {
    if (full && now === words) throw permanent({ kind: 'no-space', message: 'no space left on device' });
  };
  return { mend: () => (full = false) };
}

/** Answers what production asks. */
async function resolve(h: TestBed, answer: string, by = OPS, reason = 'mended'): Promise<unknown> {
  return await h.rollout('production').executeUpdate('resolve', { args: [{ step: '', answer, by, reason }] });
}

async function releaseAndApprove(h: TestBed, release: string): Promise<WorkflowHandle> {
  const handle = await h.release(release);
  await h.approve(handle);
  return handle;
}

const cancel = (handle: WorkflowHandle, by = 'ana@example.com', reason = 'wrong one') =>
  handle.executeUpdate<string, [unknown]>('cancelRelease', { args: [{ by, reason }] });

describeWith(['temporal'], 'a release that asks', () => {
  let code: WorkflowBundleOption;
  beforeAll(async () => void (code = await bundle()));

  it('says what is asked, of whom, and what each answer will do; goes on when it is mended', async () =>
    await TestBed.run(
      code,
      async (h) => {
        const disk = fillDisk(h, 'production: start web aaa on local');
        const handle = await releaseAndApprove(h, 'aaa');
        expect((await h.untilWaiting(handle, 'operator')).question).toEqual({
          nonce: expect.any(String),
          step: 'prepare: start web aaa on local',
          failure: { kind: 'no-space', message: 'no space left on device' },
          of: [OPS],
          answers: {
            retry: 'repeat the step',
            skip: 'continue as if the step had succeeded',
            rollback: 'undo all earlier steps that can be undone',
          },
        });
        expect(await refusal(resolve(h, 'retry', 'eve@example.com'))).toBe(
          'eve@example.com is not among the operators who may answer: ops@example.com. Ask one of them',
        );
        expect(await refusal(resolve(h, 'exclude-host'))).toBe(
          'exclude-host: is not an answer to this question. Expected retry or skip or rollback',
        );
        expect(await refusal(resolve(h, 'retry', OPS, ''))).toMatch('reason: is missing');
        disk.mend();
        await resolve(h, 'retry');
        expect(await refusal(resolve(h, 'rollback'))).not.toBe('was accepted');
        expect((await handle.result()).status).toBe('done');
        await h.keep('asked', handle);
        const resolved = h.simulation.ledger.filter(({ kind }) => kind === 'resolved');
        expect(resolved).toMatchObject([
          { by: OPS, reason: 'mended', what: 'retry: prepare: start web aaa on local', environment: 'production' },
        ]);
      },
      production({ onFailure: 'ask', operators: [OPS] }),
    ));

  it('does not ask about what only another release can mend, nor where it is to go back by itself', async () => {
    for (const [onFailure, kind] of [
      ['ask', 'unhealthy'],
      ['rollback', 'no-space'],
    ] as const)
      await TestBed.run(
        code,
        async (h) => {
          h.simulation.hook = (words) => {
            if (words === 'production: start web aaa on local') throw permanent({ kind, message: 'it is so' });
          };
          expect(await failure((await releaseAndApprove(h, 'aaa')).result())).toBe('failed: it is so');
          expect(h.simulation.runningIn('production')).toEqual([]);
        },
        production({ onFailure }),
      );
  });

  it('goes on without a host, remembers it, and the next release brings it level', async () =>
    await TestBed.run(
      code,
      async (h) => {
        await h.releaseAll('aaa');
        const disk = fillDisk(h, 'production: start web bbb on two');
        const handle = await releaseAndApprove(h, 'bbb');
        await h.untilWaiting(handle, 'operator');
        await resolve(h, 'exclude-host', OPS, 'its disk is full');
        expect((await handle.result()).status).toBe('done');
        expect([h.simulation.routedTo('production', 'one'), h.simulation.routedTo('production', 'two')]).toEqual([
          'bbb',
          'aaa',
        ]);
        expect((await h.state('production')).excluded).toMatchObject([
          { host: 'two', by: OPS, reason: 'its disk is full' },
        ]);
        disk.mend();
        h.simulation.away = ['two'];
        await h.releaseAll('ccc');
        expect([h.simulation.routedTo('production', 'one'), h.simulation.routedTo('production', 'two')]).toEqual([
          'ccc',
          'aaa',
        ]);
        h.simulation.away = [];
        await h.releaseAll('ddd');
        expect([h.simulation.routedTo('production', 'one'), h.simulation.routedTo('production', 'two')]).toEqual([
          'ddd',
          'ddd',
        ]);
        expect(h.simulation.runningIn('production')).toEqual(['ddd: jobs jobs web web']);
        expect((await h.state('production')).excluded).toEqual([]);
      },
      production({ onFailure: 'ask', targets: [host('one'), host('two')] }),
    ));

  it.each(['a cancel', 'a rollback', 'the failure of another step', 'an answer'] as const)(
    'goes back for %s while it asks',
    async (what) =>
      await TestBed.run(
        code,
        async (h) => {
          await h.releaseAll('aaa');
          await h.releaseAll('bbb');
          const [first, last] = h.simulation.runningIn('production');
          expect([first, last]).toEqual(['bbb: jobs web', undefined]);
          let fail = false;
          h.simulation.hook = async (words, signal) => {
            if (words === 'production: pull web on local') throw permanent({ kind: 'no-space', message: 'full' });
            if (words !== 'production: pull jobs on local') return;
            while (!fail && !signal?.aborted) await new Promise((wait) => setTimeout(wait, 20));
            throw permanent({ kind: 'wrong-platform', message: 'not for this processor' });
          };
          const handle = await releaseAndApprove(h, 'ccc');
          await h.untilWaiting(handle, 'operator');
          const ended = failure(handle.result());
          if (what === 'a cancel') await cancel(handle);
          if (what === 'the failure of another step') fail = true;
          if (what === 'an answer') await resolve(h, 'rollback');
          if (what === 'a rollback') {
            const rollback = startRollback(h, 'aaa');
            h.simulation.hook = () => undefined;
            await (await rollback).result();
          }
          expect(await ended).toMatch(
            {
              'a cancel': 'cancelled: ana@example.com cancelled the release: wrong one',
              'a rollback': 'cancelled: ana@example.com requested a rollback',
              'the failure of another step': 'failed: not for this processor',
              'an answer': 'failed: full',
            }[what],
          );
          expect(h.simulation.runningIn('production')).toEqual([what === 'a rollback' ? 'aaa: jobs web' : first]);
          expect(await refusal(resolve(h, 'retry'))).not.toBe('was accepted');
        },
        production({ onFailure: 'ask' }),
      ),
  );
});

async function startRollback(h: TestBed, release: string): Promise<WorkflowHandle> {
  return await h.server.client.workflow.start('rollback', {
    workflowId: `rollback/${h.app}/production/${randomUUID()}`,
    taskQueue: h.app,
    args: [{ app: h.app, environment: 'production', release, by: 'ana@example.com', reason: 'broken' }],
  });
}

describeWith(['temporal'], 'a host that does not answer when it is planned', () => {
  let code: WorkflowBundleOption;
  beforeAll(async () => void (code = await bundle()));

  const twoHosts = () => production({ targets: [host('one'), host('two')], operators: [OPS] });
  const onBoth = ({ simulation }: TestBed) => ['one', 'two'].map((name) => simulation.routedTo('production', name));
  const answer = (handle: WorkflowHandle, word: string, by = OPS) =>
    handle.executeUpdate<string, [unknown]>('resolve', {
      args: [{ step: '', answer: word, by, reason: 'its power supply' }],
    });
  /** A release whose plan is approved when the host goes away: only its rollout finds that out. */
  const loseAfterApproval = async (h: TestBed, release: string) => {
    const handle = await h.release(release);
    const { plan } = await h.untilWaiting(handle, 'approval');
    h.simulation.away = ['two'];
    await h.approve(handle);
    return { handle, plan };
  };
  const question = {
    step: 'plan: look at two',
    failure: { kind: 'unreachable', host: 'two', message: 'two does not answer' },
    of: [OPS],
    answers: {
      retry: 'try two again',
      'exclude-host': 'continue without two: it keeps what it runs; the next rollout that reaches it updates it',
      rollback: 'end here; nothing has been changed',
    },
  };

  it('is asked about before anybody approves; left out, it is remembered, shown and brought level', async () =>
    await TestBed.run(
      code,
      async (h) => {
        await h.releaseAll('aaa');
        h.simulation.away = ['two'];
        const handle = await h.release('bbb');
        expect(await h.untilWaiting(handle, 'operator')).toMatchObject({
          kind: 'operator',
          environment: 'production',
          own: true,
          question,
        });
        expect(await refusal(answer(handle, 'retry', 'eve@example.com'))).toMatch('eve@example.com is not among');
        await answer(handle, 'retry');
        // It is asked again, once it was looked again.
        await until(() => answer(handle, 'exclude-host').catch(() => undefined));
        const { summary } = await h.untilWaiting(handle, 'approval');
        expect(summary.warnings).toContain('two: excluded and not reachable, so it keeps what it runs');
        await h.approve(handle);
        expect((await handle.result()).status).toBe('done');
        await h.keep('excluded', handle);
        expect(onBoth(h)).toEqual(['bbb', 'aaa']);
        expect((await h.state('production')).excluded).toMatchObject([
          { host: 'two', by: OPS, reason: 'its power supply' },
        ]);
        expect(h.simulation.ledger.filter(({ kind }) => kind === 'resolved').map(({ what }) => what)).toEqual([
          'retry: plan: look at two',
          'exclude-host: plan: look at two',
        ]);
        h.simulation.away = [];
        await h.releaseAll('ccc');
        expect(onBoth(h)).toEqual(['ccc', 'ccc']);
        expect((await h.state('production')).excluded).toEqual([]);
      },
      twoHosts(),
    ));

  it('is asked about by the rollout when it went away after the approval, and the plan without it is approved again', async () =>
    await TestBed.run(
      code,
      async (h) => {
        await h.releaseAll('aaa');
        const { handle, plan } = await loseAfterApproval(h, 'bbb');
        expect(await h.untilWaiting(handle, 'operator')).toMatchObject({
          kind: 'operator',
          environment: 'production',
          question,
        });
        await resolve(h, 'exclude-host');
        const again = await h.untilWaiting(handle, 'approval');
        expect(again.plan).not.toBe(plan);
        expect(onBoth(h)).toEqual(['aaa', 'aaa']);
        await h.approve(handle);
        expect((await handle.result()).status).toBe('done');
        await h.keep('replanned', handle);
        expect(onBoth(h)).toEqual(['bbb', 'aaa']);
        expect((await h.state('production')).excluded).toMatchObject([{ host: 'two', by: OPS }]);
      },
      twoHosts(),
    ));

  it.each(['a cancel', 'an answer', 'its return'] as const)(
    '%s ends the question, and nothing was touched',
    async (what) => {
      for (const asker of ['release', 'rollout'] as const)
        await TestBed.run(
          code,
          async (h) => {
            await h.releaseAll('aaa');
            const before = [...h.simulation.log];
            if (asker === 'release') h.simulation.away = ['two'];
            const { handle } =
              asker === 'release' ? { handle: await h.release('bbb') } : await loseAfterApproval(h, 'bbb');
            await h.untilWaiting(handle, 'operator');
            const give = (word: string) => (asker === 'release' ? answer(handle, word) : resolve(h, word));
            if (what === 'its return') {
              h.simulation.away = [];
              await give('retry');
              if (asker === 'release') await h.approve(handle);
              expect((await handle.result()).status).toBe('done');
              return expect(onBoth(h)).toEqual(['bbb', 'bbb']);
            }
            if (what === 'a cancel') await cancel(handle, OPS);
            else await give('rollback');
            expect(await failure(handle.result())).toMatch(
              what === 'a cancel' ? 'cancelled: ' : 'failed: two does not answer',
            );
            const touched = h.simulation.log.slice(before.length).filter((words) => words.startsWith('production'));
            expect(touched).toEqual([]);
            expect(await h.state('production')).toMatchObject({ current: { release: 'aaa' }, queue: [] });
            expect((await h.state('production')).running).toBeUndefined();
          },
          twoHosts(),
        );
    },
  );

  it('is asked about by a rollback, which goes back without it', async () =>
    await TestBed.run(
      code,
      async (h) => {
        await h.releaseAll('aaa');
        await h.releaseAll('bbb');
        h.simulation.away = ['two'];
        const handle = await startRollback(h, 'aaa');
        await until(async () => (await h.rolloutProgress('production').catch(() => undefined))?.question);
        await resolve(h, 'exclude-host');
        expect(await handle.result()).toMatchObject({ status: 'done', release: 'aaa' });
        expect(onBoth(h)).toEqual(['aaa', 'bbb']);
      },
      twoHosts(),
    ));
});

describeWith(['temporal'], 'a cancel', () => {
  let code: WorkflowBundleOption;
  beforeAll(async () => void (code = await bundle()));

  it('after the commit only stops the cleaning, and the environment keeps the release', async () =>
    await TestBed.run(code, async (h) => {
      await h.releaseAll('aaa');
      const stuck = barrier();
      h.simulation.hook = (words, signal) =>
        words === 'production: remove web aaa on local' ? stuck.wait(signal) : undefined;
      const handle = await releaseAndApprove(h, 'bbb');
      await stuck.reached;
      await cancel(handle);
      expect(await failure(handle.result())).toBe('cancelled: cancelled by ana@example.com: wrong one');
      await h.keep('cleaning', handle);
      expect((await h.state('production')).current?.release).toBe('bbb');
      expect(h.simulation.routedTo('production')).toBe('bbb');
      expect(h.simulation.runningIn('production')).toContainEqual(expect.stringMatching(/^bbb: jobs web/));
      h.simulation.hook = () => undefined;
      await h.releaseAll('ccc');
      expect(h.simulation.runningIn('production')).toEqual(['ccc: jobs web']);
    }));

  it('while a release or its rollout plans gives that up at once, and nothing was touched', async () => {
    for (const asker of ['release', 'rollout'] as const)
      await TestBed.run(code, async (h) => {
        await h.releaseAll('aaa');
        const before = h.simulation.log.filter((words) => words.startsWith('production'));
        const stuck = barrier();
        // The plan that is shown, the one that is approved, and the one that is carried out.
        let plans = asker === 'release' ? 3 : 1;
        h.simulation.hook = (words, signal) =>
          words === 'plan production' && ++plans > 3 ? stuck.wait(signal) : undefined;
        const handle = asker === 'release' ? await h.release('bbb') : await releaseAndApprove(h, 'bbb');
        await stuck.reached;
        await cancel(handle);
        expect(await failure(handle.result())).toMatch(/^cancelled: .*ana@example\.com/);
        if (asker === 'rollout') await h.keep('planning', handle);
        expect(h.simulation.log.filter((words) => words.startsWith('production'))).toEqual(before);
        expect(await h.state('production')).toMatchObject({ current: { release: 'aaa' }, queue: [] });
      });
  });

  it('a second time, by whatever way, changes nothing', async () =>
    await TestBed.run(code, async (h) => {
      await h.releaseAll('aaa');
      const [forward, back] = [barrier(), barrier()];
      h.simulation.hook = (words, signal) => {
        if (words === 'production: watch instances on local') return forward.wait(signal);
        return words === 'production: switch routes to aaa on local' ? back.wait() : undefined;
      };
      const handle = await releaseAndApprove(h, 'bbb');
      await forward.reached;
      await cancel(handle);
      await back.reached;
      await cancel(handle, 'ben@example.com', 'me too');
      await handle.cancel();
      back.open();
      expect(await failure(handle.result())).toBe('cancelled: ana@example.com cancelled the release: wrong one');
      expect([h.simulation.runningIn('production'), h.simulation.routedTo('production')]).toEqual([
        ['aaa: jobs web'],
        'aaa',
      ]);
      expect(h.simulation.log.filter((words) => words === 'production: switch routes to aaa on local')).toHaveLength(2);
    }));

  it('reaches a release that waits for a thaw, and one that waits in the queue', async () =>
    await TestBed.run(code, async (h) => {
      await h.releaseAll('aaa');
      const stuck = barrier();
      h.simulation.hook = (words, signal) =>
        words === 'production: start web bbb on local' ? stuck.wait(signal) : undefined;
      const held = await releaseAndApprove(h, 'bbb');
      await stuck.reached;
      const production = h.environment('production');
      await production.executeUpdate('freeze', { args: [{ by: 'ana@example.com', reason: 'sale' }] });
      stuck.open();
      const queued = await releaseAndApprove(h, 'ccc');
      await h.untilWaiting(queued, 'queue');
      await until(async () => ((await h.rolloutProgress('production')).held ? true : undefined));
      await Promise.all([cancel(queued), cancel(held)]);
      expect(await failure(held.result())).toMatch('cancelled: ana@example.com cancelled');
      expect(await failure(queued.result())).toMatch('cancelled: ana@example.com cancelled');
      await h.keep('withdrawn', queued);
      expect([h.simulation.runningIn('production'), h.simulation.routedTo('production')]).toEqual([
        ['aaa: jobs web'],
        'aaa',
      ]);
      expect(await h.state('production')).toMatchObject({ queue: [], frozen: { reason: 'sale' } });
    }));

  it('is refused to who is not listed, where operators are listed, and so is a freeze', async () =>
    await TestBed.run(
      code,
      async (h) => {
        await h.releaseAll('aaa');
        const freeze = (by: string) =>
          h.environment('production').executeUpdate('freeze', { args: [{ by, reason: 'sale' }] });
        expect(await refusal(freeze('eve@example.com'))).toMatch(
          'eve@example.com is not among the operators of production',
        );
        const stuck = barrier();
        h.simulation.hook = (words, signal) =>
          words === 'production: start web bbb on local' ? stuck.wait(signal) : undefined;
        const handle = await releaseAndApprove(h, 'bbb');
        await stuck.reached;
        expect(await refusal(cancel(handle, 'eve@example.com'))).toMatch(
          'eve@example.com is not among the operators of production: ops@example.com',
        );
        await cancel(handle, OPS);
        expect(await failure(handle.result())).toMatch('cancelled: ops@example.com cancelled');
      },
      production({ operators: [OPS] }),
    ));
});

describeWith(['temporal'], 'a decision', () => {
  let code: WorkflowBundleOption;
  beforeAll(async () => void (code = await bundle()));

  it('at the very moment of a cancel does not count, and its sender is told', async () =>
    await TestBed.run(code, async (h) => {
      const handle = await h.release('aaa');
      const { plan } = await h.untilWaiting(handle, 'approval');
      const ending = barrier();
      h.simulation.hook = (words) => (words === 'ledger: release-ended' ? ending.wait() : undefined);
      await cancel(handle);
      await ending.reached;
      const late = { environment: 'production', plan, decision: 'approve', by: 'ana@example.com', id: randomUUID() };
      expect(await refusal(handle.executeUpdate('decide', { args: [late] }))).toMatch(
        'no decision about production is pending',
      );
      ending.open();
      expect(await failure(handle.result())).toMatch('cancelled: cancelled by ana@example.com');
      expect(h.simulation.ledger.map(({ kind }) => kind)).not.toContain('decision');
    }));

  it('that is being checked when the time is over does not count, and its sender is told', async () =>
    await TestBed.run(
      code,
      async (h) => {
        const handle = await h.release('aaa');
        await h.untilWaiting(handle, 'approval');
        const checking = barrier();
        h.simulation.hook = (words) => (words === 'plan production' ? checking.wait() : undefined);
        const said = refusal(h.approve(handle));
        await checking.reached;
        await until(async () => ((await h.progress(handle)).status === 'rejected' ? true : undefined));
        checking.open();
        expect(await said).toMatch(/no decision about|has ended|has already ended|completed/);
        expect(await failure(handle.result())).toBe('rejected: nobody decided about production in time');
        expect(h.simulation.ledger.map(({ kind }) => kind)).not.toContain('decision');
      },
      new Simulation(twoEnvironments(15_000)),
    ));

  it('that is being checked when the release is cancelled does not count, and its sender is told', async () =>
    await TestBed.run(code, async (h) => {
      const handle = await h.release('aaa');
      await h.untilWaiting(handle, 'approval');
      const checking = barrier();
      h.simulation.hook = (words, signal) => (words === 'plan production' ? checking.wait(signal) : undefined);
      const said = refusal(h.approve(handle));
      await checking.reached;
      await cancel(handle);
      expect(await said).toMatch('no decision about production is pending');
      expect(await failure(handle.result())).toMatch('cancelled: cancelled by ana@example.com');
      await h.keep('checking', handle, 'staging');
      expect(h.simulation.ledger.map(({ kind }) => kind)).not.toContain('decision');
      expect(h.simulation.runningIn('production')).toEqual([]);
    }));

  it('that comes when all is over is refused, and changes nothing', async () =>
    await TestBed.run(code, async (h) => {
      const handle = await h.release('aaa');
      const { plan } = await h.untilWaiting(handle, 'approval');
      await h.approve(handle, { id: 'once' });
      await handle.result();
      for (const [decision, by] of [
        ['approve', 'ben@example.com'],
        ['reject', 'ana@example.com'],
      ]) {
        const late = { environment: 'production', plan, decision, by, reason: 'late', id: randomUUID() };
        const update = h.handle('aaa').executeUpdate('decide', { args: [late] });
        expect(await refusal(update)).toMatch(/already completed|not found/);
      }
      expect(h.simulation.ledger.filter(({ kind }) => kind === 'decision')).toHaveLength(1);
      expect(h.simulation.runningIn('production')).toEqual(['aaa: jobs web']);
    }));

  it('of one person counts once where two must approve, however often it is sent', async () =>
    await TestBed.run(
      code,
      async (h) => {
        const handle = await h.release('aaa');
        await h.approve(handle);
        expect(await refusal(h.approve(handle))).toMatch('ana@example.com has already decided (approve)');
        expect(h.simulation.runningIn('production')).toEqual([]);
        await h.approve(handle, { by: 'ben@example.com' });
        expect((await handle.result()).status).toBe('done');
        expect(h.simulation.ledger.filter(({ kind }) => kind === 'decision')).toHaveLength(2);
      },
      production({
        approval: { from: ['ana@example.com', 'ben@example.com'], count: 2, starterMay: false, timeoutMs: 60_000 },
      }),
    ));

  it('for and against at once: one outcome, and the other sender is told', async () =>
    await TestBed.run(code, async (h) => {
      const handle = await h.release('aaa');
      const { plan } = await h.untilWaiting(handle, 'approval');
      const decide = (decision: string, by: string) =>
        refusal(
          handle.executeUpdate('decide', {
            args: [{ environment: 'production', plan, decision, by, reason: 'no', id: randomUUID() }],
          }),
        );
      const said = await Promise.all([decide('approve', 'ana@example.com'), decide('reject', 'ben@example.com')]);
      expect(said.filter((one) => one === 'was accepted')).toHaveLength(1);
      const rejected = said[1] === 'was accepted';
      expect(await failure(handle.result())).toMatch(rejected ? 'rejected: ben@example.com' : 'succeeded');
      expect(h.simulation.ledger.filter(({ kind }) => kind === 'decision')).toHaveLength(1);
    }));
});

describeWith(['temporal'], 'an interrupted environment', () => {
  let code: WorkflowBundleOption;
  beforeAll(async () => void (code = await bundle()));

  it.each(['on a release', 'empty'] as const)(
    'that was %s is taken back, even while it is frozen',
    async (was) =>
      await TestBed.run(code, async (h) => {
        if (was !== 'empty') await h.releaseAll('aaa');
        const stuck = barrier();
        h.simulation.hook = (words, signal) =>
          words === 'production: watch instances on local' && h.simulation.routedTo('production') === 'bbb'
            ? stuck.wait(signal)
            : undefined;
        const handle = await releaseAndApprove(h, 'bbb');
        await stuck.reached;
        await h
          .environment('production')
          .executeUpdate('freeze', { args: [{ by: 'ana@example.com', reason: 'sale' }] });
        await h.rollout('production').terminate('by hand');
        expect(await failure(handle.result())).toMatch('its rollout ended without an undo');
        expect([h.simulation.runningIn('production'), h.simulation.routedTo('production')]).toEqual(
          was === 'empty' ? [[], undefined] : [['aaa: jobs web'], 'aaa'],
        );
      }),
  );

  it('is taken back before anything starts, and what waits meanwhile may be cancelled', async () =>
    await TestBed.run(code, async (h) => {
      await h.releaseAll('aaa');
      const [stuck, once, twice] = [barrier(), barrier(), barrier()];
      const back = [once, twice];
      h.simulation.hook = (words, signal) => {
        if (words === 'production: watch instances on local' && h.simulation.routedTo('production') === 'bbb')
          return stuck.wait(signal);
        return words === 'production: switch routes to aaa on local' ? back.shift()?.wait(signal) : undefined;
      };
      const terminated = await releaseAndApprove(h, 'bbb');
      await stuck.reached;
      await h.rollout('production').terminate('by hand');
      await once.reached;
      await h.rollout('production').terminate('by hand');
      expect(await failure(terminated.result())).toMatch('its rollout ended without an undo');
      const waits = await releaseAndApprove(h, 'ccc');
      await twice.reached;
      expect((await h.state('production')).queue).toMatchObject([{ kind: 'release', record: { release: 'ccc' } }]);
      await cancel(waits);
      expect(await failure(waits.result())).toMatch('cancelled: ');
      twice.open();
      await until(async () => ((await h.state('production')).running ? undefined : true));
      expect([h.simulation.runningIn('production'), h.simulation.routedTo('production')]).toEqual([
        ['aaa: jobs web'],
        'aaa',
      ]);
      expect((await h.state('production')).interrupted).toBeUndefined();
    }));
});
