// Answers quickly, slowly, to what is sent and to what is uploaded, and talks over WebSockets; each says its version.
const { createServer } = require('node:http');
const { acceptWebSocket, closeWebSockets } = require('./websocket');

const version = `version ${process.env.VERSION}`;

const server = createServer((request, response) => {
  let bytes = 0;
  request.on('data', (part) => (bytes += part.length));
  request.on('end', () => {
    const answer = () => response.end(request.method === 'GET' ? version : `${version} ${bytes}`);
    setTimeout(answer, request.url === '/slow' ? 800 : 0);
  });
});

// Longer than the proxy keeps a connection that is idle, however long the machine stalls: with Node's 5 s, one that was frozen
// for so long closes connections on which requests already wait.
server.keepAliveTimeout = 120_000;
server.on('upgrade', acceptWebSocket);
server.listen(8080, () => console.log('web: listens on 8080'));

// The stop signal: no new connections, the requests in flight are answered, and WebSockets are told to go elsewhere.
process.on('SIGTERM', () => {
  closeWebSockets();
  server.close(() => process.exit(0));
});
