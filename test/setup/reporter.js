/** Ends the output of jest with what was skipped, by name and with the reason, and with one line of counts. */
class CountingReporter {
  onRunComplete(_contexts, results) {
    const lines = summarise(results, process.env.WINDLASS_FAILED_CHECKS);
    // At the very end, for jest's own summary comes after this, and stopping the parts after that.
    process.once('exit', () => console.log(lines.join('\n')));
  }
}

/**
 * Lines from the results of jest and the names of the checks that failed before it ran. The last one is always
 * `N passed, N failed, N skipped`; a file of tests that could not be run at all counts as one that failed.
 */
function summarise(results, failedChecks) {
  const files = results.testResults;
  const skipped = files.flatMap((file) => file.testResults.filter(({ status }) => isSkipped(status)));
  const broken = files.filter((file) => file.testExecError).map((file) => file.testFilePath);
  const failed = results.numFailedTests + broken.length;
  return [
    '',
    ...broken.map((path) => `could not be run: ${path}`),
    ...skipped.map(describeSkipped),
    ...(failedChecks ? [`failed before the tests, see above: ${failedChecks}`] : []),
    `${results.numPassedTests} passed, ${failed} failed, ${skipped.length} skipped`,
  ];
}

const isSkipped = (status) => ['pending', 'skipped', 'todo', 'disabled'].includes(status);

/** `describeWith` puts the reason into the name of the group. */
function describeSkipped({ fullName, status }) {
  const [, reason] = / \[skipped: ([^\]]*)\]/.exec(fullName) ?? [];
  const name = fullName.replace(/ \[skipped: [^\]]*\]/, '');
  return `skipped: ${name} (${reason ?? (status === 'todo' ? 'not written yet' : 'switched off in its file')})`;
}

module.exports = CountingReporter;
module.exports.summarise = summarise;
