import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(__dirname, '..', '..');
const TOOLS = [
  ['dist/lab/bench/bench.js', '--rounds'],
  ['dist/lab/campaign/campaign.js', '--at-once'],
  ['dist/lab/chaos/chaos.js', '--fault'],
  ['dist/lab/demo/demo.js', '--keep'],
  ['lab/new.mjs', 'NAME'],
];
const run = (file: string, ...args: string[]) =>
  spawnSync(process.execPath, [join(root, file), ...args], { encoding: 'utf8' });

describe("developers' tools", () => {
  test.concurrent.each(TOOLS)('%s has help', (file, part) => {
    const { status, stdout, stderr } = run(file, '--help');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain(part);
  });

  test.concurrent.each(TOOLS)('%s says in a sentence which option it does not know', (file) => {
    const { status, stderr } = run(file, '--no-such');
    expect(status).not.toBe(0);
    expect(stderr).toMatch(/^(error: unknown option '--no-such'|usage: npm run new .*)$/m);
    expect(stderr.trim().split('\n').length).toBeLessThanOrEqual(2);
  });

  test('a number and a name that are wrong are said with what was expected', () => {
    expect(run('dist/lab/chaos/chaos.js', '--runs', 'many').stderr).toMatch(/'--runs <n>'.*many.*whole number/);
    expect(run('dist/lab/campaign/campaign.js', '--strategy', 'red').stderr).toMatch(/red.*blue-green/);
    expect(run('dist/lab/bench/bench.js', 'no-such').stderr).toMatch(/no-such.*Allowed choices are/);
  });
});
