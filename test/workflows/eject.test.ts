import { randomUUID } from 'node:crypto';
import { WorkflowFailedError } from '@temporalio/client';
import type { WorkflowBundleOption } from '@temporalio/worker';
import type { RollbackProgress } from '../../src/model/environment/progress';
import { composed } from '../src/plan/fixtures';
import { describeWith } from '../setup/parts';
import { barrier, bundle, TestBed, until } from './test-bed';

const failure = async (result: Promise<unknown>) =>
  await result.then(
    () => 'succeeded',
    (error: unknown) => (error instanceof WorkflowFailedError ? String(error.cause?.message) : String(error)),
  );

describeWith(['temporal'], 'leaving windlass', () => {
  let code: WorkflowBundleOption;
  beforeAll(async () => void (code = await bundle()));

  const eject = async (h: TestBed, more: object = {}) => {
    const args = [{ app: h.app, environment: 'production', by: 'ops@example.com', reason: 'only tried', ...more }];
    const workflowId = `eject/${h.app}/production/${randomUUID()}`;
    const handle = await h.server.client.workflow.start('eject', { workflowId, taskQueue: h.app, args });
    const result = (await handle.result()) as RollbackProgress;
    await h.keep('eject', handle);
    return result;
  };

  it('is a rollout to nothing by the single writer, in the ledger; other environments stay', async () =>
    await TestBed.run(code, async (h) => {
      await h.releaseAll('aaa');
      expect(await eject(h)).toMatchObject({ status: 'done', environment: 'production' });
      expect([h.simulation.runningIn('production'), h.simulation.runningIn('staging')]).toEqual([
        [],
        ['aaa: jobs web'],
      ]);
      expect(h.simulation.routedTo('production')).toBeUndefined();
      const { current, committed } = await h.state('production');
      expect({ current, committed }).toEqual({ current: undefined, committed: [] });
      expect(h.simulation.ledger.slice(-2).map(({ kind, what, by }) => [kind, what, by])).toEqual([
        ['eject-requested', 'back to plain docker compose', 'ops@example.com'],
        ['rollout-ended', expect.stringMatching(/^on nothing, was on aaa; OUTAGE: /), 'ops@example.com'],
      ]);
      expect(await failure(eject(h))).toMatch(/^shop-.* production: has no release to leave/);
      await h.releaseAll('bbb');
      expect(h.simulation.runningIn('production')).toEqual(['bbb: jobs web']);
    }));

  it('is for operators, and for the plan that was shown', async () =>
    await TestBed.run(code, async (h) => {
      await h.releaseAll('aaa');
      expect(await failure(eject(h, { by: 'stranger@example.com' }))).toMatch('stranger@example.com is not listed');
      const approved = { hash: 'another', before: ['local: gone 123'], changes: [] };
      expect(await failure(eject(h, { approved }))).toMatch(/^the plan changed: was: local: gone 123; is: local: /);
      expect(h.simulation.runningIn('production')).toEqual(['aaa: jobs web']);
      expect((await h.state('production')).current?.release).toBe('aaa');
    }));

  it('a first release that was terminated leaves docker compose as it found it', async () =>
    await TestBed.run(code, async (h) => {
      h.simulation.hosts.composed.set('staging/local', [composed('web')]);
      const stuck = barrier();
      h.simulation.hook = (words, signal) =>
        words === 'staging: watch instances on local' ? stuck.wait(signal) : undefined;
      const handle = await h.release('aaa');
      await stuck.reached;
      expect(h.simulation.hosts.composed.get('staging/local')).toMatchObject([{ state: 'exited' }]);
      await h.rollout('staging').terminate('by hand');
      expect(await failure(handle.result())).toMatch('its rollout ended without an undo');
      await until(async () => (await h.state('staging')).running === undefined || undefined);
      expect(h.simulation.hosts.composed.get('staging/local')).toMatchObject([
        { name: 'shop-web-1', state: 'running' },
      ]);
      expect([h.simulation.runningIn('staging'), h.simulation.routedTo('staging')]).toEqual([[], undefined]);
      expect((await h.state('staging')).interrupted).toBeUndefined();
    }));
});
