import { request } from 'node:http';
import { MockActivityEnvironment } from '@temporalio/testing';
import { refuseAfterSleep, withHeartbeat } from '../../../activities/heartbeat';
import { failureOf } from '../fixtures';

/** As a machine that is frozen: no timer fires meanwhile. */
function sleepDeeply(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

describe('an attempt that slept', () => {
  const run = (ms: number, heartbeatTimeoutMs: number) =>
    new MockActivityEnvironment({ heartbeatTimeoutMs }).run(
      withHeartbeat(async () => {
        refuseAfterSleep();
        sleepDeeply(ms);
        // what was asked before is answered now
        await Promise.resolve();
        refuseAfterSleep();
        return 'done';
      }),
      undefined,
    );

  it('for longer than its heartbeat time-out does nothing more', async () => {
    expect(await failureOf(run(800, 500))).toMatchObject({ kind: 'overslept' });
  });

  it('before it began does nothing at all, when another one has its work', async () => {
    const late = { heartbeatTimeoutMs: 500, currentAttemptScheduledTimestampMs: Date.now() - 800 };
    const begun: string[] = [];
    const begin = (isAwaited: boolean) =>
      new MockActivityEnvironment(late).run(
        withHeartbeat(
          async (name: string) => void begun.push(name),
          async () => isAwaited,
        ),
        isAwaited ? 'awaited' : 'given to another',
      );
    expect(await failureOf(begin(false))).toMatchObject({ kind: 'overslept' });
    await begin(true);
    expect(begun).toEqual(['awaited']);
  });

  it('for less goes on', async () => {
    expect(await run(100, 20_000)).toBe('done');
  });
});

describe('a mistake of our own', () => {
  const run = (action: () => unknown) =>
    new MockActivityEnvironment({ heartbeatTimeoutMs: 20_000 }).run(
      withHeartbeat(async () => action()),
      undefined,
    );

  it.each<[string, () => unknown]>([
    ['a TypeError', () => (undefined as unknown as { name: string }).name],
    ['a RangeError', () => 'x'.repeat(-1)],
    ['a SyntaxError', () => JSON.parse('{')],
    ['what node refuses', () => request({ path: '/a b' })],
    ['no URL', () => new URL('nowhere')],
  ])('%s is not tried again', async (_, action) => {
    const failure = await failureOf(run(action));
    expect(failure).toMatchObject({ type: 'Permanent', kind: 'defect' });
    expect(failure.message).toMatch(/^bug in windlass, .*Error: /);
  });

  it('is not what the network did', async () => {
    await expect(run(() => fetch('http://127.0.0.1:1/'))).rejects.toThrow('fetch failed');
  });
});
