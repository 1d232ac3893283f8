// Queues by name, kept in a folder: it stands for the Redis of a real shop.
// POST /name: puts, DELETE /name: takes the oldest, GET /name: all of them.
const { createServer } = require('node:http');
const { mkdirSync, readFileSync, renameSync, writeFileSync } = require('node:fs');

const file = '/data/queues.json';
mkdirSync('/data', { recursive: true });

function read() {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return {};
  }
}

const queues = read();
function keep() {
  writeFileSync(`${file}.new`, JSON.stringify(queues));
  renameSync(`${file}.new`, file);
}

const server = createServer(async (request, response) => {
  const items = (queues[request.url.slice(1)] ??= []);
  let body = '';
  for await (const part of request) body += part;
  if (request.method === 'POST') items.push(body);
  const answer = request.method === 'DELETE' ? (items.shift() ?? '') : JSON.stringify(items);
  if (request.method !== 'GET') keep();
  response.end(answer);
});

// Longer than those who ask keep a connection that is idle: see the store of the shop.
server.keepAliveTimeout = 120_000;
server.listen(7000, () => console.log('queue: listens on 7000'));
process.on('SIGTERM', () => server.close(() => process.exit(0)));
