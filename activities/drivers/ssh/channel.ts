import { Duplex } from 'node:stream';
import type { Channel } from 'ssh2';

/**
 * A channel as the socket that node:http wants. The library's own stream takes no error when it is destroyed and calls
 * nobody back for what is written to one that was closed, so whoever waits would wait for ever.
 */
export class ChannelSocket extends Duplex {
  constructor(private readonly channel: Channel) {
    super();
    channel.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) channel.pause();
    });
    channel.on('end', () => this.push(null));
    channel.on('error', (error: Error) => this.destroy(error));
    // All that came is read first.
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

  // What a socket can do besides, and a channel need not.
  setKeepAlive = () => this;
  setNoDelay = () => this;
  setTimeout = () => this;
  ref = () => this;
  unref = () => this;
}
