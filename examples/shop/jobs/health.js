// Fit to work, when the store answers.
const store = require('./store');

store.get('orders').catch(() => process.exit(1));
