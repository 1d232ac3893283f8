const { relative, join } = require('node:path');
const Sequencer = require('@jest/test-sequencer').default;
const DURATIONS = require('./durations.json');

const ROOT = join(__dirname, '../..');
/** Of a file that is not listed, in seconds: it is quick, or new. */
const UNKNOWN = 5;

/** These come last: a first run builds Kubernetes meanwhile, and they are skipped where that has not ended. */
const LAST = /kubernetes/;

/** What takes longest begins first, so that no worker is left with a long file at the end; a fresh clone knows it too. */
module.exports = class LongestFirst extends Sequencer {
  sort(tests) {
    const seconds = ({ path }) => DURATIONS[relative(ROOT, path)] ?? UNKNOWN;
    const isLast = ({ path }) => Number(LAST.test(relative(ROOT, path)));
    return [...tests].sort((a, b) => isLast(a) - isLast(b) || seconds(b) - seconds(a));
  }
};
