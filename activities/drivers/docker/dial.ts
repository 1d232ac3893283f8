import type { Readable } from 'node:stream';
import type Docker from 'dockerode';
import type { DialOptions } from 'docker-modem';

/** Requests a stream from the engine, where dockerode has no call for it or no way to stop it. */
export function openStream(docker: Docker, options: Omit<DialOptions, 'isStream'>): Promise<Readable> {
  return new Promise((resolve, reject) => {
    docker.modem.dial({ ...options, isStream: true }, (error, stream) =>
      error ? reject(error) : resolve(stream as Readable),
    );
  });
}

/** Destroys a stream on the signal. Returns a function that unsubscribes. */
export function endWith(signal: AbortSignal | undefined, stream: Readable): () => void {
  const end = () => void stream.destroy(new Error('stopped'));
  signal?.addEventListener('abort', end, { once: true });
  if (signal?.aborted) end();
  return () => signal?.removeEventListener('abort', end);
}
