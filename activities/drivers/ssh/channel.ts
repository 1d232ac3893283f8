import { Duplex } from 'node:stream';
import type { Channel } from 'ssh2';

/**
 * An SSH channel as a socket for node:http. The library's stream takes no error on destroy and
 * never calls back for writes to a closed one, so callers would wait forever.
 */
export class ChannelSocket extends Duplex {
  constructor(private readonly channel: Channel) {
    super();
    channel.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) channel.pause();
    });
    channel.on('end', () => this.push(null));
    channel.on('error', (error: Error) => this.destroy(error));
    // Received data is read first.
    channel.on('close', () => (this.readableEnded ? this.destroy() : this.once('end', () => this.destroy())));
  }

  override _read(): void {
    this.channel.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    if (this.channel.writable) this.channel.write(chunk, done);
    else done(new Error('the channel was closed'));
  }

  override _final(done: () => void): void {
    this.channel.end();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.channel.close();
    done(error);
  }

  // Methods of sockets that a channel does not need.
  setKeepAlive = () => this;
  setNoDelay = () => this;
  setTimeout = () => this;
  ref = () => this;
  unref = () => this;
}
