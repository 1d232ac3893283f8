// What customers see. It asks api, and says which version answered.
const { createServer } = require('node:http');

const token = process.env.API_TOKEN;
const version = process.env.VERSION;

async function ask(path) {
  const answer = await fetch(`http://api:5000${path}`, { headers: { authorization: `Bearer ${token}` } });
  if (!answer.ok) throw new Error(`api answered ${answer.status} to ${path}: ${await answer.text()}`);
  return answer.json();
}

const pages = {
  '/': async () => `Today: ${(await ask('/offer')).offer} (version ${version})`,
  '/checkout': async () => `Paid ${(await ask('/checkout')).paid}`,
};

const server = createServer(async (request, response) => {
  const page = pages[request.url];
  if (!page) return response.writeHead(404).end('no such page');
  try {
    const text = await page();
    response.writeHead(200, { 'content-type': 'text/plain' }).end(text);
  } catch (error) {
    console.error(error.message);
    response.writeHead(502).end(error.message);
  }
});

// Longer than the proxy keeps a connection that is idle, which else may be closed on a request that is on its way.
server.keepAliveTimeout = 120_000;
server.listen(8080, () => console.log('web: listens on 8080'));
process.on('SIGTERM', () => server.close(() => process.exit(0)));
