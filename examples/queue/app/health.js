// Fit to work, when the queue answers.
const queue = require('./queue');

queue.list('done').catch(() => process.exit(1));
