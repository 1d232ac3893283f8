const { createServer } = require('node:http');
const { query, quote } = require('./postgres');

const title = process.env.TITLE ?? 'Guestbook';

const server = createServer((request, response) => {
  let body = '';
  request.on('data', (part) => (body += part));
  request.on('end', () => {
    answer(request.method, body).then(
      (text) => response.end(text),
      (error) => response.writeHead(500).end(`${error.message}\n`),
    );
  });
});

/** GET → all entries, POST → one more. */
async function answer(method, body) {
  if (method === 'POST') await query(`INSERT INTO entries (words) VALUES (${quote(body)})`);
  const entries = await query('SELECT words FROM entries ORDER BY id');
  return [`${title}, ${entries.length} entries`, ...entries.map(([words]) => words), ''].join('\n');
}

server.listen(8080, () => console.log('app: listens on 8080'));
process.on('SIGTERM', () => server.close(() => process.exit(0)));
