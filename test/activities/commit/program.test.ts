import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { runProgram } from '../../../activities/drivers/programs/program';
import { identify } from '../../../parts/run/processes';
import { makeFolder } from '../fixtures';

const isRunning = (pid: number) => identify(pid) !== undefined;
const env = { PATH: process.env['PATH'] };
/** A program that has started another one; both write down who they are and wait for long. `first` is what they do before. */
async function family(first = ':') {
  const folder = makeFolder({});
  const control = new AbortController();
  const script = `${first}; sh -c '${first}; echo $$ > child; while :; do sleep 1; done' & echo $$ > parent; wait; wait`;
  const ran = runProgram('sh', ['-c', script], { env, cwd: folder, signal: control.signal });
  ran.catch(() => undefined);
  const pids: number[] = [];
  for (const name of ['parent', 'child'])
    for (let pid = NaN; !pid; await pause(10))
      try {
        pid = Number(readFileSync(join(folder, name), 'utf8'));
        if (pid) pids.push(pid);
      } catch {
        // Not yet.
      }
  return { ran, control, pids };
}

test('a program that ends is told with what it printed', async () => {
  const ran = await runProgram('sh', ['-c', 'echo out; echo err >&2; exit 3'], { env });
  expect(ran).toEqual({ status: 3, stdout: 'out\n', stderr: 'err\n', missing: false });
  expect(await runProgram('no-such-program', [], { env })).toMatchObject({ status: 127, missing: true });
});

test('one that takes too long, prints without end or is killed says so', async () => {
  const sleeping = runProgram('sleep', ['60'], { env, within: 100 });
  await expect(sleeping).rejects.toThrow(/sleep 60 took longer than 0.1 s and was stopped/);
  const killed = runProgram('sh', ['-c', 'kill -KILL $$'], { env });
  await expect(killed).rejects.toThrow(/sh -c was stopped by SIGKILL/);
});

test.each([
  ['one that obeys', ':'],
  ['one that does not', 'trap "" TERM'],
])('%s is stopped with all that it has started, and only then is that told', async (_, first) => {
  const { ran, control, pids } = await family(first);
  expect(pids.map(isRunning)).toEqual([true, true]);
  control.abort(new Error('enough'));
  await expect(ran).rejects.toThrow('enough');
  expect(pids.map(isRunning)).toEqual([false, false]);
  await expect(runProgram('true', [], { env, signal: control.signal })).rejects.toThrow('enough');
});
