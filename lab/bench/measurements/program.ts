import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { root } from '../../shop';
import type { Bench } from '../beds/bench';
import { takeTurns, type Turn } from '../rounds';
import { median, milliseconds, spread } from '../figures/stats';
import type { Section } from './index';

const execute = promisify(execFile);

/** What the program costs before and besides what it does. */
export async function measureProgram(bench: Bench): Promise<Section> {
  const { worker } = (await bench.local()).installation;
  const node = (code: string) => () => execute(process.execPath, ['-e', code], { cwd: root() });
  const sides = {
    'node alone': timed(node('0')),
    'importing the Temporal client': timed(node("require('@temporalio/client')")),
    'windlass --help': timed(() => worker.run('--help')),
    'windlass status': timed(() => worker.run('status', '--app', 'shop')),
    'worker, until it is ready': async () => {
      await worker.stopWorker();
      return await timed(() => worker.startWorker())();
    },
  };
  const turns = await takeTurns(bench, sides);
  const wanted: Partial<Record<keyof typeof sides, string>> = {
    'windlass --help': 'under 150 ms',
    'windlass status': '150 ms above importing the client',
    'worker, until it is ready': 'under 2 s',
  };
  const rows = (Object.keys(sides) as (keyof typeof sides)[]).map((name) => {
    const all = turns[name].map(({ ms }) => ms);
    return [name, `${all.length}`, milliseconds(median(all)), spread(all, milliseconds), wanted[name] ?? ''];
  });
  return {
    title: 'What the program costs',
    about:
      'From the start of the process to its end; nothing of this application was released. The worker has a bundle of its workflows.',
    tables: [{ head: ['what', 'runs', 'median', 'min–max', 'wanted'], rows }],
  };
}

const timed = (work: () => Promise<unknown>) => async (): Promise<Turn> => {
  const began = performance.now();
  await work();
  const ms = performance.now() - began;
  return { ms, switchedMs: ms };
};
