import { connect, createServer, type NetConnectOpts, type Socket } from 'node:net';

/**
 * A way to a server, which hands on what is said. From the request that it is told of (`beSilentAt`) nothing more is said
 * either way, on any connection. `at` is where it listens: a port of loopback or a socket's path. `cut` ends it, and nobody is let in.
 */
export async function openRelay(to: NetConnectOpts, at: number | string) {
  const sockets = new Set<Socket>();
  let last: string | undefined;
  let silent = false;
  const server = createServer((near) => {
    const far = connect(to);
    for (const socket of [near, far]) sockets.add(socket.on('error', () => undefined));
    near.on('data', (said) => {
      silent ||= last !== undefined && said.toString('latin1').includes(last);
      if (!silent) far.write(said);
    });
    far.on('data', (said) => silent || near.write(said));
    near.on('close', () => far.destroy());
    far.on('close', () => silent || near.destroy());
  });
  await new Promise<void>((resolve) =>
    typeof at === 'string' ? server.listen(at, resolve) : server.listen(at, '127.0.0.1', resolve),
  );
  return {
    beSilentAt: (request: string) => void (last = request),
    isSilent: () => silent,
    cut: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
