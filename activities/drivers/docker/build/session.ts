import { randomUUID } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { Server, ServerCredentials, type ServiceDefinition } from '@grpc/grpc-js';
import type Docker from 'dockerode';
import type { BuildContext } from './context';
import { FILE_SYNC, serveFiles } from './file-sync';

/**
 * Runs work within a BuildKit session, over which the builder fetches the context. It offers no
 * logins, because the same one would go to every registry a Dockerfile names.
 */
export async function inSession<T>(
  docker: Docker,
  context: BuildContext,
  work: (id: string) => Promise<T>,
): Promise<T> {
  const id = randomUUID();
  const server = new Server();
  server.addService(FILE_SYNC, serveFiles(context));
  server.addService(HEALTH, {
    Check: (_: unknown, answer: (error: null, status: Buffer) => void) => answer(null, SERVING),
  });
  const socket = await open(docker, id, [FILE_SYNC.DiffCopy.path, HEALTH.Check.path]);
  server.createConnectionInjector(ServerCredentials.createInsecure()).injectConnection(socket);
  try {
    return await work(id);
  } finally {
    server.forceShutdown();
    socket.end();
  }
}

const SERVING = Buffer.from([8, 1]);
// The request is empty, and gRPC takes a falsy message for none, so it is read as an object.
const bytes = { serialize: (value: Buffer) => value, deserialize: (value: Buffer) => value };

const HEALTH = {
  Check: {
    path: '/grpc.health.v1.Health/Check',
    requestStream: false,
    responseStream: false,
    requestSerialize: bytes.serialize,
    requestDeserialize: bytes.deserialize,
    responseSerialize: bytes.serialize,
    responseDeserialize: bytes.deserialize,
  },
} satisfies ServiceDefinition;

function open(docker: Docker, id: string, methods: string[]): Promise<Duplex> {
  const options = {
    method: 'POST',
    path: '/session',
    hijack: true,
    headers: {
      Upgrade: 'h2c',
      'X-Docker-Expose-Session-Uuid': id,
      'X-Docker-Expose-Session-Name': 'windlass',
      // BuildKit's cache confuses files of equal time and size, so it keeps nothing for other
      // builds.
      'X-Docker-Expose-Session-Sharedkey': id,
      'X-Docker-Expose-Session-Grpc-Method': methods,
    },
    statusCodes: { 200: true, 500: 'server error' },
  };
  return new Promise((resolve, reject) => {
    docker.modem.dial(options as never, (error, socket) =>
      error ? reject(error as Error) : resolve(socket as Duplex),
    );
  });
}
