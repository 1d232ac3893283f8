// Brings the tables to what this version needs; what is done already is not done again. A migration only ever adds, so that the
// version before runs on the new tables too: a release that fails leaves them, and needs no way back.
const { query } = require('./postgres');

const MIGRATIONS = {
  '1-entries': 'CREATE TABLE entries (id serial PRIMARY KEY, words text NOT NULL)',
};

async function main() {
  await query('CREATE TABLE IF NOT EXISTS migrations (name text PRIMARY KEY)');
  const done = (await query('SELECT name FROM migrations')).map(([name]) => name);
  for (const [name, sql] of Object.entries(MIGRATIONS).filter(([one]) => !done.includes(one)))
    await query(`BEGIN; ${sql}; INSERT INTO migrations VALUES ('${name}'); COMMIT`);
  console.log(`tables are at ${Object.keys(MIGRATIONS).at(-1)}`);
}

main().catch((error) => {
  console.error(error.message);
  process.exit(1);
});
