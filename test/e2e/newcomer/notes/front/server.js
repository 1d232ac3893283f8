// Hands each request on to where notes.conf says.
const { readFileSync } = require('node:fs');
const { createServer } = require('node:http');

const api = /^api (\S+)$/m.exec(readFileSync('/etc/notes.conf', 'utf8'))[1];

async function handOn(response) {
  const answer = await fetch(api);
  response.writeHead(answer.status).end(await answer.text());
}

createServer((request, response) => {
  handOn(response).catch((error) => response.writeHead(502).end(`${error.message}\n`));
}).listen(80);
process.on('SIGTERM', () => process.exit());
