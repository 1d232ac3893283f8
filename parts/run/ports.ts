import { createServer } from 'node:net';

/** Below the range from which systems take the ports of outgoing connections, so that none of them takes it meanwhile. */
const [FIRST, COUNT] = [20_000, 10_000];

/** A port of 127.0.0.1 that nobody listens on: the preferred one, else any. */
export async function freePort(preferred?: number): Promise<number> {
  if (preferred && (await isFree(preferred))) return preferred;
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * COUNT);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
