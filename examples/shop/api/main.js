// The shop's own knowledge: what is for sale, and how one pays for it. Only web may ask.
const { createServer } = require('node:http');
const store = require('./store');

const token = process.env.API_TOKEN;
const payments = process.env.PAYMENTS;
const offer = 'bread';

async function answer(path) {
  if (path === '/offer') return { offer, schema: await store.get('schema') };
  if (path === '/checkout') return { paid: pay(), order: await store.add('orders') };
  return undefined;
}

function pay() {
  return `by ${payments} payments`;
}

const server = createServer(async (request, response) => {
  if (request.url === '/health') return response.end('ok');
  if (request.headers.authorization !== `Bearer ${token}`) return response.writeHead(401).end();
  try {
    const found = await answer(request.url);
    response.writeHead(found ? 200 : 404, { 'content-type': 'application/json' }).end(JSON.stringify(found ?? {}));
  } catch (error) {
    console.error(error);
    response.writeHead(500).end(String(error));
  }
});

// Longer than web keeps a connection that is idle, which else may be closed on a request that is on its way.
server.keepAliveTimeout = 120_000;
server.listen(5000, () => console.log('api: listens on 5000'));
process.on('SIGTERM', () => server.close(() => process.exit(0)));
