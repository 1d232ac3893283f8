import { join } from 'node:path';
import { describeRun, summarise } from '../setup/reporter';

const one = (fullName: string, status: string) => ({ fullName, status });

const FAILED = {
  ...one('the shop is released', 'failed'),
  failureMessages: ['Error: \u001b[31mexpected\u001b[39m 200\n    at x.ts:1'],
};

const results = {
  numPassedTests: 2,
  numFailedTests: 1,
  testResults: [
    {
      testFilePath: 'a',
      perfStats: { start: 1_000, end: 3_540 },
      testResults: [one('rollout [skipped: engine: apt-get: only root] starts', 'pending')],
    },
    { testFilePath: join(__dirname, 'b.test.ts'), testResults: [one('later', 'todo'), one('fine', 'passed'), FAILED] },
    { testFilePath: 'c', testResults: [], testExecError: { message: 'does not compile' } },
  ],
};

test('the last line counts, and each skipped test is named with the reason', () => {
  const summary = { ...summarise(results), seconds: { 'test/a.test.ts': 2.54, 'test/b.test.ts': 31 } };
  expect(describeRun(summary, ['lint'], { slowest: true })).toEqual([
    '',
    'the ten slowest files:',
    '   31.0 s  test/b.test.ts',
    '    2.5 s  test/a.test.ts',
    'could not be run: c',
    'failed: test/parts/b.test.ts: the shop is released: expected 200',
    'skipped: rollout starts (engine: apt-get: only root)',
    'skipped: later (not written yet)',
    'failed, see above: lint',
    '2 passed, 2 failed, 2 skipped',
  ]);
});

test('a run of one test does not list those that it left out, but those that lack a part', () => {
  const summary = {
    ...summarise(results),
    skipped: [one('other', 'pending'), one('x [skipped: no engine] y', 'pending')],
  };
  expect(describeRun(summary)).toEqual([
    '',
    'could not be run: c',
    'failed: test/parts/b.test.ts: the shop is released: expected 200',
    'skipped: x y (no engine)',
    '2 passed, 2 failed, 2 skipped',
  ]);
});

test('a run of jest that ended early is one that failed', () => {
  expect(describeRun(undefined).at(-1)).toBe('0 passed, 1 failed, 0 skipped');
});
