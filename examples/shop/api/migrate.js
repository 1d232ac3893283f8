// Takes the store's schema up to this version, or back down: `node migrate.js up`, `node migrate.js down`.
const store = require('./store');

const VERSION = 1;

async function migrate(direction) {
  const before = Number(await store.get('schema'));
  const after = direction === 'down' ? VERSION - 1 : VERSION;
  await store.put('schema', String(after));
  console.log(`schema ${before} → ${after}`);
}

migrate(process.argv[2]).catch((error) => {
  console.error(error);
  process.exit(1);
});
