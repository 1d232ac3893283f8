import { summarise } from '../setup/reporter';

const one = (fullName: string, status: string) => ({ fullName, status });

test('the last line counts, and each skipped test is named with the reason', () => {
  const results = {
    numPassedTests: 2,
    numFailedTests: 1,
    testResults: [
      { testFilePath: 'a', testResults: [one('rollout [skipped: engine: apt-get: only root] starts', 'pending')] },
      { testFilePath: 'b', testResults: [one('later', 'todo'), one('fine', 'passed')] },
      { testFilePath: 'c', testResults: [], testExecError: { message: 'does not compile' } },
    ],
  };
  expect(summarise(results, 'lint')).toEqual([
    '',
    'could not be run: c',
    'skipped: rollout starts (engine: apt-get: only root)',
    'skipped: later (not written yet)',
    'failed before the tests, see above: lint',
    '2 passed, 2 failed, 2 skipped',
  ]);
});
