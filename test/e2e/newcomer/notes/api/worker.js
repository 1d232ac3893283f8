// Counts what there is, every second.
const { query } = require('./postgres');

const count = async () => console.log(`worker: ${(await query('SELECT 1 FROM entries')).length} notes`);
const timer = setInterval(() => void count().catch((error) => console.error(error.message)), 1_000);
process.on('SIGTERM', () => clearInterval(timer));
