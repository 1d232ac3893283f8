const { relative, join } = require('node:path');
const Sequencer = require('@jest/test-sequencer').default;
const DURATIONS = require('./durations.json');

const ROOT = join(__dirname, '../..');
/** Of a file that is not listed, in seconds: it is quick, or new. */
const UNKNOWN = 5;

/** What takes longest begins first, so that no worker is left with a long file at the end; a fresh clone knows it too. */
module.exports = class LongestFirst extends Sequencer {
  sort(tests) {
    const seconds = ({ path }) => DURATIONS[relative(ROOT, path)] ?? UNKNOWN;
    return [...tests].sort((a, b) => seconds(b) - seconds(a));
  }
};
