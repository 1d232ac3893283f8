// Ships what was ordered. Two of these at once would ship twice, so it is a background service.
const store = require('./store');

async function ship() {
  const orders = Number(await store.get('orders'));
  const shipped = Number(await store.get('shipped'));
  if (shipped < orders) console.log(`shipped order ${await store.add('shipped')}`);
}

const timer = setInterval(() => ship().catch((error) => console.error(error.message)), 500);
console.log('jobs: ships orders');
process.on('SIGTERM', () => {
  clearInterval(timer);
  process.exit(0);
});
