const { writeFileSync } = require('node:fs');
const { relative, join } = require('node:path');
const { stripVTControlCharacters } = require('node:util');

const ROOT = join(__dirname, '../..');

/**
 * Ends the output of jest with what failed and what was skipped, by name and with the reason, and with one line of counts; or hands the
 * results to `run.mjs`, which says it after lint and format have ended too.
 */
class CountingReporter {
  onRunComplete(_contexts, results) {
    const summary = summarise(results);
    const file = process.env.WINDLASS_TEST_RESULTS;
    if (file) writeFileSync(file, JSON.stringify(summary));
    // At the very end: jest's own summary comes after this, and so does stopping the parts.
    else process.once('exit', () => console.log(describeRun(summary).join('\n')));
  }
}

/** What is kept of jest's results. A file of tests that could not be run at all counts as one that failed. */
function summarise(results) {
  const files = results.testResults;
  const broken = files.filter((file) => file.testExecError).map((file) => file.testFilePath);
  const skipped = files.flatMap((file) => file.testResults.filter(({ status }) => isSkipped(status)));
  const seconds = files.flatMap(({ testFilePath, perfStats }) =>
    perfStats?.end ? [[relative(ROOT, testFilePath), Math.round((perfStats.end - perfStats.start) / 100) / 10]] : [],
  );
  return {
    passed: results.numPassedTests,
    failed: results.numFailedTests + broken.length,
    broken,
    failedFiles: files
      .filter((file) => file.testExecError || file.testResults.some(({ status }) => status === 'failed'))
      .map(({ testFilePath }) => relative(ROOT, testFilePath)),
    failures: files.flatMap(({ testFilePath, testResults }) =>
      testResults.filter(({ status }) => status === 'failed').map((one) => describeFailure(testFilePath, one)),
    ),
    skipped: skipped.map(({ fullName, status }) => ({ fullName, status })),
    seconds: Object.fromEntries(seconds),
  };
}

/**
 * The last lines of a run, of a summary (undefined: jest did not end) and of the names of the checks that failed. The
 * last line is always `N passed, N failed, N skipped`.
 */
function describeRun(summary, failedChecks = [], { slowest = false } = {}) {
  const { passed, failed, broken, failures, skipped, seconds } = summary ?? NOTHING;
  return [
    '',
    ...(slowest ? describeSlowest(seconds) : []),
    ...broken.map((path) => `could not be run: ${path}`),
    ...failures,
    // One that `-t` left out is none that anybody misses.
    ...skipped.filter(({ fullName }) => slowest || REASON.test(fullName)).map(describeSkipped),
    ...(failedChecks.length > 0 ? [`failed, see above: ${failedChecks.join(', ')}`] : []),
    `${passed} passed, ${failed} failed, ${skipped.length} skipped`,
  ];
}

const NOTHING = {
  passed: 0,
  failed: 1,
  broken: ['jest: it ended early, see above'],
  failedFiles: [],
  failures: [],
  skipped: [],
  seconds: {},
};

/** The name of a test that failed and the first line of why: the whole is far above, among what others printed. */
function describeFailure(path, { fullName, failureMessages: [message = ''] = [] }) {
  const [reason = ''] = stripVTControlCharacters(message).split('\n');
  return `failed: ${relative(ROOT, path)}: ${fullName}: ${reason.replace(/^Error: /, '')}`;
}

function describeSlowest(seconds) {
  const slowest = Object.entries(seconds).sort(([, a], [, b]) => b - a);
  return [
    'the ten slowest files:',
    ...slowest.slice(0, 10).map(([file, s]) => `${s.toFixed(1).padStart(7)} s  ${file}`),
  ];
}

const isSkipped = (status) => ['pending', 'skipped', 'todo', 'disabled'].includes(status);

/** `describeWith` puts the reason into the name of the group. */
const REASON = / \[skipped: ([^\]]*)\]/;

function describeSkipped({ fullName, status }) {
  const [, reason] = REASON.exec(fullName) ?? [];
  const name = fullName.replace(REASON, '');
  return `skipped: ${name} (${reason ?? (status === 'todo' ? 'not written yet' : 'switched off in its file')})`;
}

module.exports = CountingReporter;
module.exports.summarise = summarise;
module.exports.describeRun = describeRun;
