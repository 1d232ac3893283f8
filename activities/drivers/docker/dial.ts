import type { Readable } from 'node:stream';
import type Docker from 'dockerode';
import type { DialOptions } from 'docker-modem';

/** Asks the engine for a stream, where dockerode's own call has none or lets nothing stop it. */
export function openStream(docker: Docker, options: Omit<DialOptions, 'isStream'>): Promise<Readable> {
  return new Promise((resolve, reject) => {
    docker.modem.dial({ ...options, isStream: true }, (error, stream) =>
      error ? reject(error) : resolve(stream as Readable),
    );
  });
}

/** Ends a stream as soon as the signal is given, or was; returns what takes that back. */
export function endWith(signal: AbortSignal | undefined, stream: Readable): () => void {
  const end = () => void stream.destroy(new Error('stopped'));
  signal?.addEventListener('abort', end, { once: true });
  if (signal?.aborted) end();
  return () => signal?.removeEventListener('abort', end);
}
