import { type Readable, Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type Docker from 'dockerode';

/** Keeps the last `limit` bytes written to it, from the start of a line. */
export class Tail {
  private chunks: Buffer[] = [];
  private size = 0;
  private all = 0;

  constructor(private readonly limit: number) {}

  add(chunk: Buffer): void {
    this.chunks.push(chunk);
    this.size += chunk.length;
    this.all += chunk.length;
    while (this.size - this.chunks[0]!.length >= this.limit) this.size -= this.chunks.shift()!.length;
  }

  text(): string {
    const kept = Buffer.concat(this.chunks);
    if (this.all <= this.limit) return kept.toString('utf8');
    // A line that was cut may start within a secret, which redaction would miss.
    const last = kept.subarray(kept.length - this.limit);
    return last.subarray(last.indexOf('\n') + 1 || last.length).toString('utf8');
  }
}

/** Splits an engine's multiplexed stream into `stdout` and `stderr` until it ends. */
export async function takeApart(docker: Docker, stream: Readable, stdout: Tail, stderr: Tail): Promise<void> {
  docker.modem.demuxStream(stream, sinkOf(stdout), sinkOf(stderr));
  await finished(stream, { writable: false });
}

/** Reads a stream that is not multiplexed (a terminal's). */
export async function takeIn(stream: Readable, into: Tail): Promise<void> {
  stream.on('data', (chunk: Buffer) => into.add(chunk));
  await finished(stream, { writable: false });
}

function sinkOf(tail: Tail): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      tail.add(chunk);
      done();
    },
  });
}
