import { setTimeout as sleep } from 'node:timers/promises';
import { inParallel, limiter } from '../../../activities/drivers/bounded';

test('so many at a time, in order, and the results in order', async () => {
  let [now, most] = [0, 0];
  const begun: number[] = [];
  const results = await inParallel(3, [5, 1, 4, 2, 3], async (n) => {
    begun.push(n);
    most = Math.max(most, ++now);
    await sleep(n * 5);
    now--;
    return n * 10;
  });
  expect(results).toEqual([50, 10, 40, 20, 30]);
  expect(begun).toEqual([5, 1, 4, 2, 3]);
  expect(most).toBe(3);
});

test('one that fails or gives up waiting leaves its place to the next', async () => {
  const limit = limiter(1);
  const first = limit(() => sleep(30));
  const control = new AbortController();
  const second = limit(() => Promise.resolve('never'), control.signal);
  const third = limit(() => Promise.reject(new Error('bad')));
  const fourth = limit(() => Promise.resolve('done'));
  control.abort(new Error('enough'));
  await expect(second).rejects.toThrow('enough');
  await expect(third).rejects.toThrow('bad');
  await expect(fourth).resolves.toBe('done');
  await first;
  await expect(limit(() => Promise.resolve(1), AbortSignal.abort(new Error('late')))).resolves.toBe(1);
});
