// A store that keeps what it is given in a folder: it stands for the database of a real shop.
// GET /key → value, PUT /key → keeps it, POST /key → adds one and answers the new number.
const { createServer } = require('node:http');
const { mkdirSync, readFileSync, renameSync, writeFileSync } = require('node:fs');

const folder = '/data';
mkdirSync(folder, { recursive: true });
const file = (key) => `${folder}/${encodeURIComponent(key)}`;

function read(key) {
  try {
    return readFileSync(file(key), 'utf8');
  } catch {
    return '';
  }
}

function write(key, value) {
  writeFileSync(`${file(key)}.new`, value);
  renameSync(`${file(key)}.new`, file(key));
  return value;
}

const server = createServer((request, response) => {
  const key = request.url.slice(1);
  let body = '';
  request.on('data', (part) => (body += part));
  request.on('end', () => {
    if (request.method === 'PUT') response.end(write(key, body));
    else if (request.method === 'POST') response.end(write(key, String(Number(read(key)) + 1)));
    else response.end(read(key));
  });
});

// Longer than those who ask keep a connection that is idle. Node closes it after 5 s by itself: a store that stands still for that
// long, as on a busy machine, cuts off the requests that came in meanwhile.
server.keepAliveTimeout = 120_000;
server.listen(7000, () => console.log('store: listens on 7000'));
process.on('SIGTERM', () => server.close(() => process.exit(0)));
