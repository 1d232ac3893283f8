import { spawn } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readComposeFiles } from '../../../activities/drivers/compose';
import { runProgram } from '../../../activities/drivers/programs/program';
import { identify } from '../../../parts/run/processes';
import { describeWith, parts } from '../../setup/parts';
import { makeFolder, until } from '../fixtures';

const env = { PATH: process.env['PATH'] };
const isRunning = (pid: number) => identify(pid) !== undefined;

/** Starts a worker's worth of programs in a process of its own; the pids of all that they have started. */
async function startedElsewhere(script: string): Promise<{ parent: number; children: number[] }> {
  const folder = makeFolder({});
  const driver = join(__dirname, '../../../dist/activities/drivers/programs/program.js');
  const code = `require(${JSON.stringify(driver)}).runProgram('sh', ['-c', ${JSON.stringify(script)}], { env: process.env, cwd: ${JSON.stringify(folder)} })`;
  const parent = spawn(process.execPath, ['-e', code], { stdio: 'ignore' });
  await until(() => Promise.resolve(existsSync(join(folder, 'ready'))));
  const names = readdirSync(folder).filter((name) => name.startsWith('pid'));
  return { parent: parent.pid!, children: names.map((name) => Number(readFileSync(join(folder, name), 'utf8'))) };
}

const LIVES = 'while :; do sleep 1; done';

describe('H2: a child never outlives who started it', () => {
  test.each([
    ['one that obeys', ''],
    ['one that ignores signals', 'trap "" TERM INT HUP; '],
  ])('H2: after kill -9 of the parent, %s is gone, and all that it started', async (_, first) => {
    const inner = `${first}echo $$ > pid2; (echo $$; ${LIVES}) & touch ready; ${LIVES}`;
    const { parent, children } = await startedElsewhere(`${first}echo $$ > pid1; sh -c '${inner}' & wait; ${LIVES}`);
    expect(children.map(isRunning)).toEqual([true, true]);
    process.kill(parent, 'SIGKILL');
    await until(() => Promise.resolve(!children.some(isRunning)));
  });

  test('H2: what a program leaves behind ends with it', async () => {
    const ran = await runProgram('sh', ['-c', `(${LIVES}) >/dev/null 2>&1 & echo $!`], { env });
    await until(() => Promise.resolve(!isRunning(Number(ran.stdout))));
  });
});

describe('H2: limits of a child', () => {
  const limits = { memoryMb: 256, cpuSeconds: 1 };

  test('H2: memory, of it and of what it starts', async () => {
    const fill = 'x=$(head -c 400000000 /dev/zero | tr "\\0" a); echo "${#x}"';
    const ran = await runProgram('sh', ['-c', `sh -c '${fill}'; exit $?`], { env, limits });
    expect(ran.stdout.trim()).not.toBe('400000000');
    expect(ran.status).not.toBe(0);
  });

  test('H2: processor time', async () => {
    const began = performance.now();
    await expect(runProgram('sh', ['-c', 'while :; do :; done'], { env, limits })).rejects.toThrow(
      /was stopped by SIG/,
    );
    expect(performance.now() - began).toBeLessThan(30_000);
  });
});

describeWith(['compose'], 'H2: docker compose', () => {
  test('H2: a bomb that nobody has seen before ends by the limits, and soon', async () => {
    const level = (at: number) => `x-${at + 1}: &a${at + 1} [${Array(10).fill(`*a${at}`).join(', ')}]`;
    const text = ['x-0: &a0 [x, x]', ...[0, 1, 2, 3, 4, 5, 6, 7].map(level)].join('\n');
    const folder = makeFolder({ 'c.yml': text });
    const [program = '', ...first] = parts().compose.command;
    const args = [...first, '-f', join(folder, 'c.yml'), '-p', 'x', 'config'];
    const ended = await runProgram(program, args, { env: {}, limits: { memoryMb: 1_024, cpuSeconds: 5 } }).then(
      ({ status }) => status,
      (error: Error) => error.message,
    );
    expect(ended).not.toBe(0);
  });

  test('H2: runs two at a time, however many ask', async () => {
    const folder = makeFolder({ 'docker-compose.yml': 'services: {}\n' });
    const program = join(folder, 'docker-compose');
    writeFileSync(program, '#!/bin/sh\nfrom=$(date +%s%N)\nsleep 0.3\necho "$from $(date +%s%N)" >&2\nexit 1\n');
    chmodSync(program, 0o755);
    const input = { command: [program], dir: folder, project: 'x', files: ['docker-compose.yml'], variables: {} };
    const said = await Promise.all(Array.from({ length: 6 }, () => readComposeFiles(input)));
    const times = said.map(
      ({ problems }) => /(\d+) (\d+)$/.exec(problems[0]!.message)!.slice(1).map(Number) as [number, number],
    );
    const atOnce = times.map(([from]) => times.filter(([start, end]) => start <= from && from < end).length);
    expect(Math.max(...atOnce)).toBe(2);
  });
});
