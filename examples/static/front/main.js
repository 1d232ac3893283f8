// A front as nginx is one: it stands before the site, and its configuration is a file that is mounted.
const { createServer, request } = require('node:http');
const { readFileSync } = require('node:fs');

const lines = readFileSync('/etc/front.conf', 'utf8')
  .split('\n')
  .map((line) => line.trim().split(/\s+/));
const locations = lines
  .filter(([word]) => word === 'location')
  .sort(([, a], [, b]) => b.length - a.length)
  .map(([, path, url]) => ({ path, url }));
const headers = Object.fromEntries(
  lines.filter(([word]) => word === 'header').map(([, name, ...value]) => [name.replace(':', ''), value.join(' ')]),
);

const server = createServer((asked, answer) => {
  const location = locations.find(({ path }) => asked.url.startsWith(path));
  if (!location) return answer.writeHead(404).end('no location');
  const fail = (error) => answer.writeHead(502).end(`front: ${error.message}`);
  const upstream = request(new URL(asked.url, location.url), { method: asked.method }, (got) => {
    answer.writeHead(got.statusCode, { ...got.headers, ...headers });
    got.pipe(answer);
  });
  upstream.on('error', fail);
  asked.pipe(upstream);
});

server.listen(8080, () => console.log(`front: listens on 8080, knows ${locations.length} locations`));
process.on('SIGTERM', () => server.close(() => process.exit(0)));
